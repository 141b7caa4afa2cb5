/* Stand-in for the program that ran at the studio. It connects to nothing and touches no file: it scrambles its own
 * table of documentation addresses, takes the scrambling back and prints a checksum. */
#include <stdio.h>
#include <string.h>
#include "workshop.h"

static const char table[] = "host=203.0.113.77:8000\nhost=203.0.113.78:8080\nhost=198.51.100.23:8000\nname=standin\n";

int main(void)
{
    struct field f[8];
    struct ring r = {{0}, 0, 0, 0};
    uint8_t work[128], back[128];
    char text[300], day[11];
    int i, n = ws_fields(table, f, 8);
    uint32_t mark = 0;
    for (i = 0; i < n; i++) {
        uint32_t len = f[i].len < sizeof work ? f[i].len : (uint32_t)sizeof work;
        memcpy(work, table + f[i].from, len);
        ws_stir(work, len, f[i].key);
        ws_fold29(work, len, text, sizeof text);
        len = (uint32_t)ws_unfold29(text, back, sizeof back);
        ws_unstir(back, len, f[i].key);
        ws_ring_put(&r, back, len);
        len = ws_ring_take(&r, work, sizeof work);
        ws_shuffle(work, len, mark);
        mark = ws_mark(work, len, mark);
    }
    ws_day(16398, day);
    printf("%s: %d fields, mark %08x\n", day, n, (unsigned)mark);
    return 0;
}
