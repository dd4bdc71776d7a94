/* page_pool_c.c - a paged cache's bookkeeping through the C ABI: two answers to one prompt, pages of 4 tokens. */
/* usage: page_pool_c     Needs no device: the tables it prints are what a kernel would be given. */
#include <attnc/attnc.h>
#include <stdio.h>
#include <stdlib.h>

static void check(attncCode code) {
  if (code != ATTNC_OK) {
    fprintf(stderr, "%s\n", attncLastError());
    exit(1);
  }
}

int main(void) {
  const attncPagePoolOptions options = {.structSize = sizeof options, .pages = 8, .pageSize = 4};
  const int64_t prompt[] = {11, 12, 13, 14, 15, 16};
  attncPagePool pool;
  attncPageCopy copy;
  int64_t batch[2], slots[6], known;
  int32_t table[2][4], kv_lens[2];
  check(attncPagePoolCreate(&options, &pool));

  /* The prompt: nothing of it is known yet, so all of it is appended, and written to its slots. */
  check(attncSequenceCreate(pool, prompt, 6, 0, &batch[0], &known));
  check(attncSequenceAppend(pool, batch[0], 6 - known, slots, &copy));
  check(attncSequencePublish(pool, batch[0], prompt, 6));

  /* The second answer shares its pages, until its first token goes into the half full one. */
  check(attncSequenceFork(pool, batch[0], &batch[1]));
  check(attncSequenceAppend(pool, batch[1], 1, slots, &copy));
  printf("copy %d tokens of page %d to page %d, then write slot %d\n", (int)copy.tokens, (int)copy.source,
         (int)copy.destination, (int)slots[0]);

  check(attncPagePoolBlockTable(pool, batch, 2, 4, table[0], kv_lens));
  const attncPageTable tables = {.structSize = sizeof tables,
                                 .pages = options.pages,
                                 .pageSize = options.pageSize,
                                 .batch = 2,
                                 .kvLens = kv_lens,
                                 .blockTable = table[0],
                                 .maxPages = 4};
  check(attncPageTableCheck(&tables));
  for (int i = 0; i < 2; ++i)
    printf("request %d: %d tokens in pages %d %d %d %d\n", i, (int)kv_lens[i], (int)table[i][0],
           (int)table[i][1], (int)table[i][2], (int)table[i][3]);

  /* Freed pages of a published prompt are found again. */
  check(attncSequenceFree(pool, batch[0]));
  check(attncSequenceFree(pool, batch[1]));
  check(attncSequenceCreate(pool, prompt, 6, 0, &batch[0], &known));
  printf("%d tokens of the prompt are known\n", (int)known);
  attncPagePoolDestroy(pool);
  return 0;
}
