/* Functions that the stand-ins of the second family share. Harmless: they count and compare words in memory. */
#ifndef LATTICE_H
#define LATTICE_H
#include <stddef.h>
#include <stdint.h>

struct bucket {
    uint32_t mark;
    uint16_t count, first;
};

uint32_t lt_spread(uint32_t x, uint32_t rounds);
int lt_count(const char *text, struct bucket *table, uint32_t size);
uint32_t lt_distance(const char *a, const char *b);
size_t lt_runs(const uint8_t *data, size_t len, uint8_t *out, size_t room);
size_t lt_unruns(const uint8_t *data, size_t len, uint8_t *out, size_t room);
uint16_t lt_check(const uint8_t *data, size_t len);
void lt_order(struct bucket *table, uint32_t size);
int lt_parse_quad(const char *text, uint32_t *out);
#endif
