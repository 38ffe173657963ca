/** What an untrusted file may do and take: the limits, each with its number and its option. */
package io.shardwright.core.policy;
