// TestSpecs.h - small helpers of the spec tests: a base spec and edits of it.
#pragma once

#include "specs/Spec.h"

#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <vector>

namespace attnc::test {

/// A valid spec, one key a line: attnc 1, name 2, phase 3, heads 4, head_dim 5, dtype 6, layout 7, mask 8.
inline const std::vector<std::string> kBase{
    "attnc: 1",      "name: base",  "phase: prefill", "heads: {query: 8, kv: 2}",
    "head_dim: 128", "dtype: bf16", "layout: packed", "mask: causal"};

inline std::string keyOf(const std::string &line) { return line.substr(0, line.find(':')); }

/// The base with each given line in place of the base line of the same key, or appended; "-key" removes a
/// line.
inline std::string edited(const std::vector<std::string> &edits) {
  std::vector<std::string> lines = kBase;
  for (const std::string &edit : edits) {
    bool remove = edit[0] == '-';
    std::string key = remove ? edit.substr(1) : keyOf(edit);
    bool found = false;
    for (size_t i = 0; i < lines.size(); ++i) {
      if (found || keyOf(lines[i]) != key)
        continue;
      found = true;
      if (remove)
        lines.erase(lines.begin() + static_cast<long>(i));
      else
        lines[i] = edit;
    }
    if (!found)
      lines.push_back(edit);
  }
  std::string out;
  for (const std::string &line : lines)
    out += line + '\n';
  return out;
}

inline std::string readFile(const std::string &path) {
  std::ifstream stream(path, std::ios::binary);
  EXPECT_TRUE(stream.is_open()) << path;
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

inline const std::vector<std::string> kCatalog{"bert-encoder",
                                               "bert-encoder-f32",
                                               "block-sparse",
                                               "bloom-176b",
                                               "deepseek-v3-mla",
                                               "duo-attention",
                                               "eagle2-decode",
                                               "eagle2-verify",
                                               "expression-mask",
                                               "falcon-7b",
                                               "falcon-7b-decode",
                                               "flashinfer-bsr",
                                               "flashinfer-hnd-decode",
                                               "gemma2-27b",
                                               "gemma2-global",
                                               "gemma2-prefill",
                                               "gemma3-local",
                                               "gpt-neox-20b",
                                               "gpt-oss-decode",
                                               "gpt-oss-full",
                                               "gpt-oss-local",
                                               "gpt-oss-rope",
                                               "gpt2-left-padded",
                                               "gpt2-xl-fused",
                                               "gptj-6b",
                                               "gptj-6b-rope",
                                               "grok1",
                                               "internlm2-rope",
                                               "llama2-7b-decode-int8-channel",
                                               "llama2-7b-f16-sums",
                                               "llama3-70b",
                                               "llama3-70b-decode",
                                               "llama3-8b-append-fp8",
                                               "llama3-8b-append-int4",
                                               "llama3-8b-decode",
                                               "llama3-8b-decode-fp8",
                                               "llama3-append-context",
                                               "llama3-8b-decode-int4",
                                               "llama3-chunked-context",
                                               "llama3-documents",
                                               "llama3-fp8-context",
                                               "llama3-prefill",
                                               "llama3-varlen-documents",
                                               "llama31-rope",
                                               "llama32-vision-cross",
                                               "llama4-chunked",
                                               "longformer",
                                               "medusa-tree",
                                               "megatron-gpt3",
                                               "mistral-7b",
                                               "mistral-7b-cyclic-decode",
                                               "mistral-7b-decode",
                                               "mpt-7b",
                                               "nki-decode",
                                               "nki-flash-forward",
                                               "nki-token-gen",
                                               "paligemma-prefix",
                                               "phi2",
                                               "phi3-128k-rope",
                                               "phi3-mini",
                                               "phi3-small-strided",
                                               "phi4-mini-append",
                                               "qwen-7b-logn",
                                               "qwen2-7b",
                                               "qwen2-7b-decode-int8-token",
                                               "qwen2-vl-rope",
                                               "qwen3-8b",
                                               "qwen3-8b-decode",
                                               "sd15-cross",
                                               "sd15-self-tf32",
                                               "siglip-so400m",
                                               "starcoder2-15b",
                                               "streaming-llm",
                                               "streaming-llm-append",
                                               "streaming-llm-decode",
                                               "swin-shifted-window",
                                               "t5-decoder",
                                               "t5-encoder",
                                               "tensorrt-cache-update",
                                               "tensorrt-rope-tables",
                                               "trtllm-beam-decode",
                                               "trtllm-fp8-out-decode",
                                               "trtllm-int8-decode",
                                               "trtllm-qkv-preprocess",
                                               "vit-base",
                                               "whisper-cross",
                                               "whisper-cross-decode",
                                               "whisper-encoder"};
inline std::string catalogPath(const std::string &name) {
  return std::string(ATTNC_SPECS_DIR) + "/catalog/" + name + ".yaml";
}

} // namespace attnc::test
