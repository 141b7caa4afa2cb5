#!/bin/sh
# Builds the harmless programs of the example. Needs gcc and MinGW (Debian: gcc gcc-mingw-w64-x86-64 gcc-mingw-w64-i686).
# None of them connects, spreads, or touches a file; each prints a few lines. The same tools give the same bytes.
set -eu
cd "$(dirname "$0")"
incident=../sony-2014/programs
mkdir -p "$incident" family common
flags="-Os -s -fno-ident -ffile-prefix-map=$PWD=. -Wall -Wextra"
w64="x86_64-w64-mingw32-gcc $flags -D__USE_MINGW_ANSI_STDIO=0"
w32="i686-w64-mingw32-gcc $flags -D__USE_MINGW_ANSI_STDIO=0"
elf="gcc $flags -Wl,--build-id=none"
cd src

x86_64-w64-mingw32-windres version.rc -O coff -o /tmp/ascribe-version-64.o
SOURCE_DATE_EPOCH=1416787200 $w64 standin_a.c workshop.c /tmp/ascribe-version-64.o -o "../$incident/standin-a.exe"
rm /tmp/ascribe-version-64.o
$elf standin_b.c lattice.c -o "../$incident/standin-b"
$elf standin_c.c -o "../$incident/standin-c"

SOURCE_DATE_EPOCH=1363737600 $w64 family_seoul.c workshop.c -o ../family/seoul-2013-64.exe
SOURCE_DATE_EPOCH=1363737600 $w32 family_seoul.c workshop.c -o ../family/seoul-2013-32.exe
$elf family_brambul.c lattice.c -o ../family/brambul

SOURCE_DATE_EPOCH=1293840000 $w64 common_lines.c -o ../common/lines-64.exe
SOURCE_DATE_EPOCH=1293840000 $w64 common_sort.c -o ../common/sort-64.exe
SOURCE_DATE_EPOCH=1293840000 $w32 common_sort.c -o ../common/sort-32.exe
$elf common_lines.c -o ../common/lines
$elf common_sort.c -o ../common/sort
