/* attnc.h - the C ABI of the runtime: run kernels of a bundle on a device; keep the pages of a KV cache. */
/* No call throws or aborts. Handles may be used from several threads; close each exactly once. */
#ifndef ATTNC_ATTNC_H
#define ATTNC_ATTNC_H

#include "attnc/dlpack.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when a function or struct changes its meaning; growing a struct at its end does not raise it. */
#define ATTNC_ABI_VERSION 1

typedef enum attncCode {
  ATTNC_OK = 0,
  ATTNC_INVALID_ARGUMENT = 1,
  ATTNC_INVALID_SPEC = 2,
  ATTNC_UNSUPPORTED = 3,
  ATTNC_NOT_FOUND = 4,
  ATTNC_IO_ERROR = 5,
  ATTNC_CORRUPT = 6,
  ATTNC_COMPILE_FAILED = 7,
  ATTNC_DEVICE_ERROR = 8,
  ATTNC_MISMATCH = 9,
  ATTNC_INTERNAL = 10,
  ATTNC_EXHAUSTED = 11 /* a pool has too few pages; the same call can succeed once some were freed */
} attncCode;

typedef struct attncBundle_t *attncBundle;
typedef struct attncKernel_t *attncKernel;
typedef struct attncDevice_t *attncDevice;
typedef struct attncPagePool_t *attncPagePool;

/* The ABI of the loaded library; compare with ATTNC_ABI_VERSION. */
uint32_t attncAbiVersion(void);
/* "attnc 0.1.0 (C ABI 1)". */
const char *attncVersion(void);
/* What the last failing call of this thread said; "" before the first. Valid until the next failing call. */
const char *attncLastError(void);

/* Structs start with their own size: set structSize to sizeof the struct, and the rest to zero. */

typedef struct attncDeviceOptions {
  size_t structSize;
  const char *kind;      /* "cuda" or "sim" */
  int32_t ordinal;       /* cuda: number of the GPU */
  int32_t simThreads;    /* sim: host threads, 0 is 1 */
  uint64_t simSeed;      /* sim: order in which warps run */
  const char *simTarget; /* sim: "sm_90"; whose limits it has */
} attncDeviceOptions;

attncCode attncDeviceOpen(const attncDeviceOptions *options, attncDevice *out);
void attncDeviceClose(attncDevice device);
/* "cuda:0", "sim"; valid while the device is open. */
const char *attncDeviceName(attncDevice device);
/* "sm_90a": what to ask a bundle for; valid while the device is open. */
const char *attncDeviceTarget(attncDevice device);

attncCode attncMemoryAllocate(attncDevice device, size_t bytes, void **out);
attncCode attncMemoryRelease(attncDevice device, void *address);
attncCode attncMemoryUpload(attncDevice device, void *to, const void *from, size_t bytes, void *stream);
attncCode attncMemoryDownload(attncDevice device, void *to, const void *from, size_t bytes, void *stream);
attncCode attncMemoryZero(attncDevice device, void *address, size_t bytes, void *stream);
attncCode attncSynchronize(attncDevice device, void *stream);

attncCode attncBundleOpen(const char *folder, attncBundle *out);
void attncBundleClose(attncBundle bundle);
size_t attncBundleCount(attncBundle bundle);
/* Name and architecture of kernel `index`; valid while the bundle is open. */
attncCode attncBundleEntry(attncBundle bundle, size_t index, const char **name, const char **target);
/* The kernel `name` for `target`; it stays valid after the bundle is closed. */
attncCode attncBundleFind(attncBundle bundle, const char *name, const char *target, attncKernel *out);

void attncKernelClose(attncKernel kernel);
/* Tensors, scalars, dims and launches as JSON; valid while the kernel is open. */
const char *attncKernelManifest(attncKernel kernel);
/* Loads the kernel on the device, so that the first run does not. */
attncCode attncKernelPrepare(attncKernel kernel, attncDevice device);

typedef struct attncNamedTensor {
  const char *name;
  /* On `cuda` a CUDA (or managed) tensor of that GPU, on `sim` a CPU tensor. */
  const DLTensor *tensor;
} attncNamedTensor;

typedef struct attncNamedScalar {
  const char *name;
  double value;
} attncNamedScalar;

typedef struct attncNamedDim {
  const char *name;
  int64_t value;
} attncNamedDim;

typedef struct attncArguments {
  size_t structSize;
  const attncNamedTensor *tensors;
  size_t tensorCount;
  const attncNamedScalar *scalars;
  size_t scalarCount;
  const attncNamedDim *dims; /* what no tensor's shape tells */
  size_t dimCount;
  void *stream;    /* a CUstream; NULL is the default stream */
  void *workspace; /* NULL: the runtime allocates and waits */
} attncArguments;

attncCode attncKernelWorkspaceBytes(attncKernel kernel, const attncArguments *arguments, size_t *bytes);
/* Checks every argument, then launches; on `cuda` it returns before the kernel ends. Caches that the kernel
 * appends to ("in_place" in the manifest) are updated in place, and given once. */
attncCode attncKernelRun(attncKernel kernel, attncDevice device, const attncArguments *arguments);

/* Pages of a KV cache: which page holds which token of which sequence. Host memory only; nothing here touches
 * a device. attnc/PagedSequences.h and attnc/PageTables.h say more; a call that fails changes nothing. */

typedef struct attncPagePoolOptions {
  size_t structSize;
  int64_t pages;
  int32_t pageSize; /* tokens a page, 1..256 */
} attncPagePoolOptions;

attncCode attncPagePoolCreate(const attncPagePoolOptions *options, attncPagePool *out);
void attncPagePoolDestroy(attncPagePool pool);
/* Pages that appends can still take. */
int64_t attncPagePoolAvailable(attncPagePool pool);

/* The first `tokens` tokens of page `source` are to be copied to page `destination`, in every layer. */
typedef struct attncPageCopy {
  int32_t source;
  int32_t destination;
  int32_t tokens; /* 0: nothing to copy */
} attncPageCopy;

/* A sequence that starts with the longest run of published pages that hold the beginning of `prefix`, one key
 * a token; *tokens says how many those are. NULL and 0 for an empty one. Only equal spaces match. */
attncCode attncSequenceCreate(attncPagePool pool, const int64_t *prefix, size_t prefixCount, uint64_t space,
                              int64_t *sequence, int64_t *tokens);
/* `tokens` more. Carry out *copy, then write them to slots[0..tokens): page * page size + place in the page.
 */
attncCode attncSequenceAppend(attncPagePool pool, int64_t sequence, int64_t tokens, int64_t *slots,
                              attncPageCopy *copy);
attncCode attncSequenceTruncate(attncPagePool pool, int64_t sequence, int64_t tokens);
attncCode attncSequenceFork(attncPagePool pool, int64_t sequence, int64_t *out);
attncCode attncSequenceFree(attncPagePool pool, int64_t sequence);
/* Lets attncSequenceCreate find the full pages of the first `count` tokens, whose keys are `tokens`. */
attncCode attncSequencePublish(attncPagePool pool, int64_t sequence, const int64_t *tokens, size_t count);
/* Either place may be NULL. */
attncCode attncSequenceSize(attncPagePool pool, int64_t sequence, int64_t *tokens, int64_t *pages);

/* table[batch][maxPages], unused entries -1; kvLens[batch], or NULL. */
attncCode attncPagePoolBlockTable(attncPagePool pool, const int64_t *sequences, size_t batch,
                                  int64_t maxPages, int32_t *table, int32_t *kvLens);
/* indptr[batch + 1], indices with room for `capacity`, lastPageLen[batch]; kvLens[batch], or NULL. */
attncCode attncPagePoolPageLists(attncPagePool pool, const int64_t *sequences, size_t batch, int32_t *indptr,
                                 int32_t *indices, size_t capacity, int32_t *lastPageLen, int32_t *kvLens);

/* Tables in host memory, made by anybody: either blockTable with kvLens, or the three page lists. */
typedef struct attncPageTable {
  size_t structSize;
  int64_t pages;
  int32_t pageSize;
  size_t batch;
  const int32_t *kvLens;     /* [batch]; with page lists it may be NULL */
  const int32_t *blockTable; /* [batch][maxPages] */
  int64_t maxPages;
  const int32_t *pageIndptr; /* [batch + 1] */
  const int32_t *pageIndices;
  size_t pageIndexCount;
  const int32_t *lastPageLen; /* [batch] */
  /* [batch], or NULL: how many tokens a kernel appends to each request, and the index that the first one
   * gets, which is kvLens - qLens if that is NULL. */
  const int32_t *qLens;
  const int32_t *writeIndices;
  /* [batch], or NULL: not 0 for requests whose prompt ends with these tokens. Those of another one have to end with a
   * page, so that its next chunk begins with one. */
  const uint8_t *lastChunk;
  /* Of a cyclic cache, whose table is dense: the first `keep` tokens of a request and its last window - keep
   * are in it; 0 and 0: all. */
  int64_t window;
  int64_t keep;
  /* [batch][maxLen] and [batch], or NULL: whose tokens beams read, of groups of beamWidth requests, and how many each group
   * shares. */
  const int32_t *cacheIndirection;
  int64_t maxLen;
  int32_t beamWidth;
  const int32_t *promptLens;
} attncPageTable;

/* Whether a kernel that reads the tables stays within the pool's pages; with qLens, also that all new tokens
 * have places, on pages that no other request has, and with lastChunk that chunks end with pages. Of a kernel that only appends, kvLens may be NULL. With
 * cacheIndirection, also that beams name one another and read pages that are there. */
attncCode attncPageTableCheck(const attncPageTable *table);

#ifdef __cplusplus
}
#endif
#endif
