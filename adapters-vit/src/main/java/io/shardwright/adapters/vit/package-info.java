/** The NeMo ViT classification family. */
package io.shardwright.adapters.vit;
