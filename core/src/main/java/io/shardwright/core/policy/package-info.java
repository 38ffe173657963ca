/** The rules for reading untrusted files: limits with their defaults and options, names, links. */
package io.shardwright.core.policy;
