/* A program of the incident that shares nothing with any family but the runtime: a calendar of its own log lines. */
#include <stdio.h>
#include <stdlib.h>

struct line {
    int hour, load;
};

static int by_load(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    return (x->load < y->load) - (x->load > y->load);
}

int main(void)
{
    struct line lines[24];
    int i, sum = 0, best = 0;
    for (i = 0; i < 24; i++) {
        lines[i].hour = i;
        lines[i].load = (i * i * 7 + 31 * i + 5) % 97;
        sum += lines[i].load;
    }
    qsort(lines, 24, sizeof lines[0], by_load);
    for (i = 1; i < 24; i++)
        if (lines[i].load * 24 > sum)
            best = i;
    printf("busiest hour %02d of %d above the mean; reports to 203.0.113.90\n", lines[0].hour, best + 1);
    return 0;
}
