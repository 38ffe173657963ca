/** The public face of Shardwright: open, plan, run and verify checkpoints from any JVM program. */
package io.shardwright.core;
