/**
 * What goes in and comes out of Shardwright: requests, options, reports. Values and interfaces
 * only; {@link io.shardwright.Shardwright} is the entrance.
 */
package io.shardwright.core;
