/* The least that pulls a C library's usual parts in; only what the linker adds to it is of interest. */
#include <stdio.h>
int main(int count, char **words) {
    double number = 0;
    for (int i = 1; i < count; i++) sscanf(words[i], "%lf", &number);
    return printf("%s %d %f\n", words[0], count, number) < 0;
}
