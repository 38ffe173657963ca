/**
 * NVGPT and other GPT models in both namings. The tables of GPT stand here; families that refine it
 * take them from here.
 */
package io.shardwright.adapters.nvgpt;
