/**
 * Enforces the limits: readers of one checkpoint report what they find and keep, and are refused
 * what exceeds the policy.
 */
package io.shardwright.core.internal.guard;
