/** Stages a target beside its final name and moves it there atomically once it is verified. */
package io.shardwright.core.internal.publish;
