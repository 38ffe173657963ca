/** The entrance to Shardwright from any JVM program; its values are in {@code core}. */
package io.shardwright;
