#!/bin/sh
# Makes runtime.hashes again: sh crates/corpus/data/runtime.sh (see README.md for the packages). MSVC=FOLDER adds the functions that two or
# more of the programs there have in common; ZLIB=FOLDER the functions of the zlib whose source lies there
# (run it again with ADD=1 for a further version); MUSL=FILE those of a libc.a; LIBRARIES="FILE.a …" those of
# further archives.
set -e
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
cd "$work"
source=$here/trivial.c
for level in O0 O2 Os; do
    gcc -$level -o gcc64-$level "$source"
    gcc -$level -m32 -o gcc32-$level "$source"
    gcc -$level -no-pie -o gcc64n-$level "$source"
    clang -$level -o clang64-$level "$source"
    x86_64-w64-mingw32-gcc -$level -o mingw64-$level.exe "$source"
    i686-w64-mingw32-gcc -$level -o mingw32-$level.exe "$source"
    x86_64-w64-mingw32-gcc -$level -mwindows -shared -o mingw64-$level.dll "$source"
    i686-w64-mingw32-gcc -$level -mwindows -shared -o mingw32-$level.dll "$source"
    x86_64-w64-mingw32-gcc -$level -municode -D__USE_MINGW_ANSI_STDIO=1 -DUNICODE -Dmain=wmain -o mingw64u-$level.exe "$source" || true
    x86_64-w64-mingw32-gcc -$level -D__USE_MINGW_ANSI_STDIO=1 -o mingw64a-$level.exe "$source"
    i686-w64-mingw32-gcc -$level -D__USE_MINGW_ANSI_STDIO=1 -o mingw32a-$level.exe "$source"
done
whole="-Wl,--whole-archive -lmingwex -lgcc -lgcc_eh -lwinpthread -Wl,--no-whole-archive -Wl,--allow-multiple-definition"
x86_64-w64-mingw32-gcc -o mingw64-whole.exe "$source" $whole || true
i686-w64-mingw32-gcc -o mingw32-whole.exe "$source" $whole || true
whole="-static-pie -Wl,--whole-archive -lc -lm -lgcc -lgcc_eh -Wl,--no-whole-archive -Wl,--allow-multiple-definition"
gcc -o static64 "$source" -static
gcc -m32 -o static32 "$source" -static
gcc -static-pie -o staticpie64 "$source"
gcc -o whole64 "$source" $whole || true
gcc -m32 -o whole32 "$source" $whole || true
whole="-static -Wl,--defsym=_DYNAMIC=0 -Wl,--whole-archive -lc -lm -lgcc -lgcc_eh -Wl,--no-whole-archive -Wl,--allow-multiple-definition"
gcc -o wholen64 "$source" $whole || true
gcc -m32 -o wholen32 "$source" $whole || true
echo 'int main() { try { throw 1; } catch (int n) { return n; } }' >trivial.cc
g++ -o cxx64 trivial.cc -static-libstdc++ -static-libgcc
g++ -shared -fPIC -o cxxgcc.so trivial.cc -static-libgcc
whole="-static -Wl,--whole-archive -lstdc++ -lgcc_eh -Wl,--no-whole-archive -Wl,--allow-multiple-definition"
g++ -O2 -o cxxwhole64 trivial.cc $whole || true
x86_64-w64-mingw32-g++ -O2 -o mingw64cxx.exe trivial.cc $whole || true
i686-w64-mingw32-g++ -O2 -o mingw32cxx.exe trivial.cc $whole || true
if [ -n "$MUSL" ]; then
    gcc -nostdlib -static -o musl64 "$source" -Wl,--unresolved-symbols=ignore-all -Wl,--whole-archive "$MUSL" -Wl,--no-whole-archive -lgcc || true
fi
for file in $LIBRARIES; do
    gcc -static -o "library-$(basename "$file" .a)" "$source" -Wl,--unresolved-symbols=ignore-all -Wl,--whole-archive "$file" -Wl,--no-whole-archive -Wl,--allow-multiple-definition || true
done
if [ -n "$ZLIB" ]; then
    for level in O0 O1 O2 O3 Os; do
        gcc -$level -w -shared -fPIC -o zlib64-$level.so "$ZLIB"/*.c
        gcc -$level -w -static -DHAVE_UNISTD_H -o zlib64s-$level -I"$ZLIB" "$ZLIB"/test/minigzip.c "$ZLIB"/*.c
        clang -$level -w -shared -fPIC -o zlib64c-$level.so "$ZLIB"/*.c
        clang -$level -w -DHAVE_UNISTD_H -no-pie -o zlib64cn-$level -I"$ZLIB" "$ZLIB"/test/minigzip.c "$ZLIB"/*.c
        gcc -m32 -$level -w -DHAVE_UNISTD_H -no-pie -o zlib32-$level -I"$ZLIB" "$ZLIB"/test/minigzip.c "$ZLIB"/*.c
        clang -m32 -$level -w -DHAVE_UNISTD_H -no-pie -o zlib32c-$level -I"$ZLIB" "$ZLIB"/test/minigzip.c "$ZLIB"/*.c
        x86_64-w64-mingw32-gcc -$level -w -shared -o zlibmingw64-$level.dll "$ZLIB"/*.c
        i686-w64-mingw32-gcc -$level -w -shared -o zlibmingw32-$level.dll "$ZLIB"/*.c
    done
fi
# Without symbols the bounds of some functions are seen differently: both views count.
for file in $(find . -type f ! -name '*.cc'); do
    case $file in
    *mingw64*) x86_64-w64-mingw32-strip -o "$file.s" "$file" ;;
    *mingw32*) i686-w64-mingw32-strip -o "$file.s" "$file" ;;
    *) strip -o "$file.s" "$file" ;;
    esac
done
ls
shared=
[ -z "$MSVC" ] || shared="--shared $(ls "$MSVC"/*.exe | tr '\n' ' ')"
cd "$here/../../.."
# shellcheck disable=SC2086,SC2046
cargo run -q --release -p ascribe-code --example runtime_hashes -- "$here/runtime.hashes" $(find "$work" -type f ! -name '*.cc') $shared
rm -rf "$work"
