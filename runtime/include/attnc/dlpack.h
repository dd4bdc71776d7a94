/* dlpack.h - the part of DLPack's ABI that attnc.h takes: DLTensor. */
/* Uses the real header if it is installed or was included before; the layout is the same either way. */
#ifndef ATTNC_DLPACK_H
#define ATTNC_DLPACK_H

#if defined(DLPACK_VERSION) || defined(DLPACK_MAJOR_VERSION)
/* Already there. */
#elif defined(__has_include)
#if __has_include(<dlpack/dlpack.h>)
#include <dlpack/dlpack.h>
#define ATTNC_DLPACK_FOUND
#endif
#endif

#if !defined(DLPACK_VERSION) && !defined(DLPACK_MAJOR_VERSION) && !defined(ATTNC_DLPACK_FOUND)
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  kDLCPU = 1,
  kDLCUDA = 2,
  kDLCUDAHost = 3,
  kDLCUDAManaged = 13
} DLDeviceType;

typedef struct {
  DLDeviceType device_type;
  int32_t device_id;
} DLDevice;

typedef enum {
  kDLInt = 0U,
  kDLUInt = 1U,
  kDLFloat = 2U,
  kDLBfloat = 4U,
  kDLBool = 6U
} DLDataTypeCode;

typedef struct {
  uint8_t code;
  uint8_t bits;
  uint16_t lanes;
} DLDataType;

typedef struct {
  void *data;
  DLDevice device;
  int32_t ndim;
  DLDataType dtype;
  int64_t *shape;
  int64_t *strides; /* in elements; NULL is contiguous */
  uint64_t byte_offset;
} DLTensor;

#ifdef __cplusplus
}
#endif
#endif

#endif
