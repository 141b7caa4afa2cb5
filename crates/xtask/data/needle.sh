#!/bin/sh
# Needles: a library of the truth corpus linked into another, static program (Lua): sh needle.sh FOLDER PROJECTS, after truth.sh.
# Keeps NAME.WAY.full (with symbols) and NAME.WAY.bin (stripped) in FOLDER/needle.
set -u
folder=$(cd "$1" && pwd)
projects=$2
mkdir -p "$folder/needle"
compile() { # name prefix command
    line=$(grep "^$1|" "$projects")
    flags=$(echo "$line" | cut -d'|' -f4)
    cd "$folder/src/$1" || exit 1
    number=100
    for pattern in $(echo "$line" | cut -d'|' -f5); do
        case $pattern in !*) continue ;; esac
        for file in $pattern; do
            [ -e "$file" ] || continue
            case " $line " in *"!$file"*) continue ;; esac
            number=$((number + 1))
            $3 -w -std=gnu11 $flags -c "$file" -o "$work/$2$number.o" 2>/dev/null
        done
    done
}
for way in "gcc-O2|gcc -O2" "gcc-O3|gcc -O3" "clang-O2|clang -O2" "clang-Os|clang -Os" "gcc32-O2|gcc -m32 -O2"; do
    command=${way#*|}
    way=${way%|*}
    work=$(mktemp -d)
    compile lua host "$command"
    for name in libdeflate giflib jbigkit lz4 utf8proc; do
        out=$folder/needle/$name.$way
        [ -e "$out.bin" ] && continue
        rm -f "$work"/needle*.o
        compile "$name" needle "$command"
        $command -w -static -o "$out.full" "$work"/host*.o "$work"/needle*.o -lm -Wl,--unresolved-symbols=ignore-all,--allow-multiple-definition 2>/dev/null && strip -s -o "$out.bin" "$out.full"
    done
    rm -rf "$work"
done
