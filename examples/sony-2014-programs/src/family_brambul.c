/* Reference program of the family brambul: the same word tools, another purpose. Prints how alike two words are. */
#include <stdio.h>
#include <string.h>
#include "lattice.h"

int main(int argc, char **argv)
{
    static struct bucket table[128];
    const char *a = argc > 1 ? argv[1] : "library", *b = argc > 2 ? argv[2] : "liberty";
    uint8_t packed[160], back[160];
    uint32_t quad = 0, i;
    size_t n = lt_runs((const uint8_t *)a, strlen(a), packed, sizeof packed);
    n = lt_unruns(packed, n, back, sizeof back);
    lt_count("one two two three three three", table, 128);
    lt_order(table, 128);
    for (i = 0; i < 3; i++)
        printf("%08x %u\n", (unsigned)table[i].mark, (unsigned)table[i].count);
    printf("%u %04x %d\n", (unsigned)lt_distance(a, b), (unsigned)lt_check(back, n), lt_parse_quad(b, &quad));
    return 0;
}
