/* Stand-in for the spreading part of the tool set; it spreads nowhere. It reads dotted quads out of its own text,
 * counts words and prints the counts. The addresses are documentation addresses. */
#include <stdio.h>
#include <string.h>
#include "lattice.h"

static const char text[] = "198.51.100.23:8000 203.0.113.77:8000 alpha beta alpha gamma 203.0.113.90:8080 beta alpha";

int main(void)
{
    static struct bucket table[64];
    uint8_t packed[256], back[256];
    uint32_t quad = 0;
    int words = lt_count(text, table, 64), ok = lt_parse_quad(text, &quad);
    size_t n = lt_runs((const uint8_t *)text, sizeof text, packed, sizeof packed);
    n = lt_unruns(packed, n, back, sizeof back);
    lt_order(table, 64);
    printf("%d words, %d, %u, check %04x, distance %u\n", words, ok, (unsigned)table[0].count,
           (unsigned)lt_check(back, n), (unsigned)lt_distance("reconstruction", "construction"));
    return 0;
}
