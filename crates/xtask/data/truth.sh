#!/bin/sh
# Builds the truth corpus: sh truth.sh FOLDER PROJECTS. Fetches the Debian sources that PROJECTS names (apt-get source), compiles each
# project in every way below, keeps NAME.WAY.full (with symbols) and NAME.WAY.bin (stripped) in FOLDER/bin. What is there stays.
# Needs: apt with network, dpkg-dev, gcc with -m32, clang, MinGW-w64 for both widths. A file that does not compile in some way is left out of
# that build; a build that does not link is left out and named in FOLDER/missing.txt.
set -u
folder=$1
projects=$2
mkdir -p "$folder/src" "$folder/bin" "$folder/apt/lists/partial"
folder=$(cd "$folder" && pwd)
suite=bookworm
echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $suite main" >"$folder/apt/sources.list"
apt="-o Dir::Etc::sourcelist=$folder/apt/sources.list -o Dir::Etc::sourceparts=- -o Dir::State::lists=$folder/apt/lists -o APT::Sandbox::User=root"
[ -n "$(ls "$folder/apt/lists"/*Sources* 2>/dev/null)" ] || apt-get $apt -q update
echo 'int main(void) { return 0; }' >"$folder/host.c"

compiler() {
    case $1 in
        gcc-*) echo "gcc -${1#gcc-}" ;;
        gcc32-*) echo "gcc -m32 -${1#gcc32-}" ;;
        clang-*) echo "clang -${1#clang-}" ;;
        mingw-*) echo "x86_64-w64-mingw32-gcc -${1#mingw-}" ;;
        mingw32-*) echo "i686-w64-mingw32-gcc -${1#mingw32-}" ;;
    esac
}

stripper() {
    case $1 in
        mingw-*) echo x86_64-w64-mingw32-strip ;;
        mingw32-*) echo i686-w64-mingw32-strip ;;
        *) echo strip ;;
    esac
}

build() { # name way flags sources
    out=$folder/bin/$1.$2
    [ -e "$out.bin" ] && return
    objects=$(mktemp -d)
    command=$(compiler "$2")
    number=100
    for pattern in $4; do
        case $pattern in !*) continue ;; esac
        for file in $pattern; do
            [ -e "$file" ] || continue
            case " $4 " in *" !$file "*) continue ;; esac
            for left in $4; do
                case $left in !*) case $file in ${left#!}) continue 2 ;; esac ;; esac
            done
            number=$((number + 1))
            # The order of the objects is that of the list, as a makefile would have it.
            $command -w -std=gnu11 $3 -c "$file" -o "$objects/$number.o" 2>>"$objects/log"
        done
    done
    link="$command -w -o $out.full"
    case $2 in
        mingw*) libraries="-lws2_32 -lbcrypt -ladvapi32 -lm" ;;
        *) libraries="-lm -lpthread -Wl,--unresolved-symbols=ignore-all" ;;
    esac
    $link "$objects"/*.o $libraries 2>>"$objects/log" || $link "$objects"/*.o "$folder/host.c" $libraries 2>>"$objects/log"
    if [ -e "$out.full" ]; then
        $(stripper "$2") -s -o "$out.bin" "$out.full"
    else
        echo "$1 $2: $(grep -m1 -i 'error\|undefined' "$objects/log" | cut -c1-160)" >>"$folder/missing.txt"
    fi
    rm -rf "$objects"
}

grep -v '^#' "$projects" | while IFS='|' read -r name source version flags sources before; do
    if [ ! -d "$folder/src/$name" ]; then
        mkdir -p "$folder/fetch/$name"
        (cd "$folder/fetch/$name" && apt-get $apt -q source --only-source "$source=$version" >log 2>&1 && mv ./*/ "$folder/src/$name")
    fi
    [ -d "$folder/src/$name" ] || {
        echo "$name: no source" >>"$folder/missing.txt"
        continue
    }
    cd "$folder/src/$name" || exit 1
    [ -n "$before" ] && [ ! -e .prepared ] && sh -c "$before" && touch .prepared
    for way in ${WAYS:-gcc-O2 gcc-O3 gcc-Os gcc-O0 clang-O2 mingw-O2 gcc32-O2 mingw32-O2}; do
        build "$name" "$way" "$flags" "$sources"
    done
done
