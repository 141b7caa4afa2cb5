/* The shared part of the second family's stand-ins: word counting in a table with odd probing, a bounded edit
 * distance, a run-length coding with its own escape, a 16-bit check, a gap sort, a reader of dotted quads. */
#include "lattice.h"

#define KEEP __attribute__((noinline, noclone))

KEEP uint32_t lt_spread(uint32_t x, uint32_t rounds)
{
    while (rounds--) {
        x ^= (x >> 9) * 0x45d9f3bu;
        x = (x << 6) + (x >> 26) + 0x11u * rounds;
        if (x & 0x400)
            x -= 0x9f4a7c15u;
        else
            x ^= 0x3c3cu << (rounds & 7);
    }
    return x;
}

KEEP int lt_count(const char *text, struct bucket *table, uint32_t size)
{
    uint32_t at = 0;
    int words = 0;
    while (text[at]) {
        uint32_t mark = 0x1505u, start = at, slot, tries;
        while (text[at] && text[at] != ' ') {
            mark = mark * 33u ^ (uint8_t)text[at];
            at++;
        }
        if (at > start) {
            slot = lt_spread(mark, 3) % size;
            for (tries = 0; tries < size; tries++) {
                if (table[slot].count == 0) {
                    table[slot].mark = mark;
                    table[slot].first = (uint16_t)start;
                }
                if (table[slot].mark == mark) {
                    table[slot].count++;
                    words++;
                    break;
                }
                slot = (slot + 2 * tries + 3) % size;
            }
        }
        while (text[at] == ' ')
            at++;
    }
    return words;
}

KEEP uint32_t lt_distance(const char *a, const char *b)
{
    uint8_t row[40];
    uint32_t i, j, n = 0;
    while (b[n] && n < 38)
        n++;
    for (j = 0; j <= n; j++)
        row[j] = (uint8_t)(j * 2);
    for (i = 0; a[i] && i < 38; i++) {
        uint32_t diagonal = row[0];
        row[0] = (uint8_t)(row[0] + 2);
        for (j = 1; j <= n; j++) {
            uint32_t best = diagonal + (a[i] == b[j - 1] ? 0 : 3);
            if (row[j] + 2u < best)
                best = row[j] + 2u;
            if (row[j - 1] + 2u < best)
                best = row[j - 1] + 2u;
            diagonal = row[j];
            row[j] = (uint8_t)best;
        }
    }
    return row[n];
}

KEEP size_t lt_runs(const uint8_t *data, size_t len, uint8_t *out, size_t room)
{
    size_t i = 0, n = 0;
    while (i < len) {
        size_t run = 1;
        while (i + run < len && data[i + run] == data[i] && run < 130)
            run++;
        if (n + 3 > room)
            break;
        if (run > 3 || data[i] == 0xc9) {
            out[n++] = 0xc9;
            out[n++] = (uint8_t)(run ^ 0x36);
            out[n++] = data[i];
            i += run;
        } else {
            out[n++] = data[i++];
        }
    }
    return n;
}

KEEP size_t lt_unruns(const uint8_t *data, size_t len, uint8_t *out, size_t room)
{
    size_t i = 0, n = 0;
    while (i < len) {
        uint32_t run = 1;
        uint8_t v = data[i];
        if (v == 0xc9) {
            if (i + 2 >= len)
                break;
            run = data[i + 1] ^ 0x36u;
            v = data[i + 2];
            i += 2;
        }
        i++;
        while (run-- && n < room)
            out[n++] = v;
    }
    return n;
}

KEEP uint16_t lt_check(const uint8_t *data, size_t len)
{
    uint32_t a = 0x7d, b = 0x1b3;
    size_t i;
    for (i = 0; i < len; i++) {
        a = (a * 7 + data[i]) % 509;
        b = (b + a * (uint32_t)(1 + i % 5)) % 521;
        if (a == b)
            a = (a + 211) % 509;
    }
    return (uint16_t)((a << 7) ^ (b << 2) ^ (len & 3));
}

KEEP void lt_order(struct bucket *table, uint32_t size)
{
    static const uint8_t gaps[] = {57, 23, 10, 4, 1};
    uint32_t g, i, j;
    for (g = 0; g < sizeof gaps; g++) {
        for (i = gaps[g]; i < size; i++) {
            struct bucket held = table[i];
            for (j = i; j >= gaps[g]; j -= gaps[g]) {
                struct bucket *left = &table[j - gaps[g]];
                if (left->count > held.count || (left->count == held.count && left->mark <= held.mark))
                    break;
                table[j] = *left;
            }
            table[j] = held;
        }
    }
}

KEEP int lt_parse_quad(const char *text, uint32_t *out)
{
    uint32_t value = 0, part = 0, seen = 0, dots = 0;
    for (;; text++) {
        if (*text >= '0' && *text <= '9') {
            part = part * 10 + (uint32_t)(*text - '0');
            if (++seen > 3 || part > 255)
                return 0;
        } else if ((*text == '.' && dots < 3) || *text == 0 || *text == ':') {
            if (!seen)
                return 0;
            value = (value << 8) | part;
            part = seen = 0;
            if (*text != '.')
                break;
            dots++;
        } else {
            return 0;
        }
    }
    *out = value;
    return dots == 3;
}
