/* Reference program of the family seoul-2013: the same workshop, another purpose. Prints a table of days. */
#include <stdio.h>
#include <string.h>
#include "workshop.h"

static unsigned weigh(const char *s)
{
    unsigned w = 0;
    while (*s)
        w = w * 5 + (unsigned)(*s++ & 15);
    return w;
}

int main(int argc, char **argv)
{
    static const char lines[] = "first=HASTATI\nsecond=PRINCIPES\nthird=stand-in\n";
    struct field f[4];
    struct ring r = {{0}, 0, 0, 0};
    uint8_t buf[64], out[64];
    char text[160], day[11];
    int n = ws_fields(lines, f, 4), i;
    for (i = 0; i < n; i++) {
        uint32_t len = f[i].len, k;
        memcpy(buf, lines + f[i].from, len);
        ws_shuffle(buf, len, weigh(argc > 1 ? argv[1] : "none"));
        k = ws_ring_put(&r, buf, len);
        k = ws_ring_take(&r, out, k);
        ws_stir(out, k, f[i].key);
        ws_fold29(out, k, text, sizeof text);
        k = (uint32_t)ws_unfold29(text, buf, sizeof buf);
        ws_unstir(buf, k, f[i].key);
        ws_day(15784u + (uint32_t)i, day);
        printf("%s %08x\n", day, (unsigned)ws_mark(buf, k, 2013));
    }
    return 0;
}
