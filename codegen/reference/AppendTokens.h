// AppendTokens.h - what caches hold once the new tokens are in them.
//
// Plain host code: one token after the other is rounded, divided, and put into its slot. Must not know
// attention.
#pragma once

#include "codegen/reference/BiasedTokens.h"
#include "codegen/reference/ReferenceResult.h"

namespace attnc::reference {

/// New tokens of a request, [q_len, heads, dim], with their bias, and rotated if they are; not rounded by
/// that.
TokenRows readNewTokens(const NewTokens &tokens, const Request &request, int64_t index,
                        const TokenInputs &inputs);

/// The cache after all appends: of each element that is written what a correct kernel stores, not yet
/// multiplied by the scale, and how far a correct one may be from it. InvalidArgument where a page that is
/// written is not there, or is not the request's alone.
/// Where tokens have scales of their own, `scales` becomes those after the appends.
Result<ReferenceOutput> appendTokens(const Parameter &cache, const Batch &batch, const TokenInputs &inputs,
                                     ReferenceOutput &scales);

/// Puts the tokens that a cache lacks behind those that it holds: `rows` becomes those of all keys of the
/// request.
void addActiveTokens(TokenRows &rows, const Parameter &cache, const Request &request, int64_t index,
                     const TokenInputs &inputs);

/// Puts the new tokens of all requests into their rows of `output`, which is [rows, heads, dim].
void fillNewTokens(ReferenceOutput &output, const NewTokens &tokens, const Batch &batch,
                   const TokenInputs &inputs);

} // namespace attnc::reference
