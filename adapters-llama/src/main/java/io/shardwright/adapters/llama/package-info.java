/** LLaMA in NeMo's legacy naming. */
package io.shardwright.adapters.llama;
