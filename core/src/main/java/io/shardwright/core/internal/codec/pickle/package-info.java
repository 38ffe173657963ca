/**
 * Python's pickle as inert data: read with protocols 0 to 5, written with protocol 2.
 *
 * <p>A pickle is a program for a stack machine with a memo. Reading it here builds a graph of
 * {@link PickleValue}s and never resolves, imports or calls anything: a global stays a name, a call
 * stays a record of its parts.
 *
 * <pre>
 * pickle    = [PROTO n] op* STOP
 * atom      = NONE | NEWTRUE | NEWFALSE | INT | BININT | BININT1 | BININT2 | LONG | LONG1 | LONG4
 *           | FLOAT | BINFLOAT | STRING | BINSTRING | SHORT_BINSTRING | UNICODE | BINUNICODE
 *           | SHORT_BINUNICODE | BINUNICODE8 | BINBYTES | SHORT_BINBYTES | BINBYTES8 | BYTEARRAY8
 * container = EMPTY_TUPLE | TUPLE | TUPLE1..3 | EMPTY_LIST | LIST | APPEND | APPENDS | EMPTY_DICT
 *           | DICT | SETITEM | SETITEMS | EMPTY_SET | ADDITEMS | FROZENSET
 * object    = GLOBAL | STACK_GLOBAL | REDUCE | NEWOBJ | NEWOBJ_EX | INST | OBJ | BUILD | BINPERSID
 * machine   = MARK | POP | POP_MARK | DUP | PUT | BINPUT | LONG_BINPUT | MEMOIZE | GET | BINGET
 *           | LONG_BINGET | FRAME
 * refused   = EXT1 | EXT2 | EXT4 | PERSID | NEXT_BUFFER | READONLY_BUFFER
 * </pre>
 *
 * Source: CPython 3.11, {@code Lib/pickletools.py} and {@code Modules/_pickle.c}.
 */
package io.shardwright.core.internal.codec.pickle;
