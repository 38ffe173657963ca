/** NVGPT and other GPT models in NeMo's legacy naming. */
package io.shardwright.adapters.nvgpt;
