// Readers.h - one reader for each kind of family; Families.cpp lists who uses which.
#pragma once

#include "tools/import/Model.h"

namespace attnc::import {

/// llama, mistral, gemma2, gemma3_text, qwen2, qwen3, phi3, gpt_oss, llama4_text.
void readDecoder(Config &config, Model &model);

void readFalcon(Config &config, Model &model);
void readMpt(Config &config, Model &model);
void readGptJ(Config &config, Model &model);
void readBert(Config &config, Model &model);
void readT5(Config &config, Model &model);

} // namespace attnc::import
