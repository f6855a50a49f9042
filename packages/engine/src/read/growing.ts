/**
 * Lists of numbers and of bytes that grow by doubling: what a history of a hundred thousand commits is kept in, since
 * as many small objects would take ten times the memory.
 */
export type Numbers = { data: Uint32Array; length: number }

export type Bytes = { data: Buffer; length: number }

export function numbers(data: Uint32Array): Numbers {
  return { data, length: data.length }
}

export function noNumbers(): Numbers {
  return { data: new Uint32Array(64), length: 0 }
}

export function bytes(data: Buffer): Bytes {
  return { data, length: data.length }
}

export function pushNumber(list: Numbers, value: number): void {
  if (list.length === list.data.length) {
    const larger = new Uint32Array(Math.max(64, list.data.length * 2))
    larger.set(list.data)
    list.data = larger
  }
  list.data[list.length] = value
  list.length += 1
}

export function usedNumbers(list: Numbers): Uint32Array {
  return list.data.subarray(0, list.length)
}

/** Makes room for `count` more bytes and returns where they begin. */
export function reserveBytes(list: Bytes, count: number): number {
  const start = list.length
  if (start + count > list.data.length) {
    const larger = Buffer.allocUnsafeSlow(Math.max(1024, list.data.length * 2, start + count))
    list.data.copy(larger, 0, 0, start)
    list.data = larger
  }
  list.length = start + count
  return start
}

export function usedBytes(list: Bytes): Buffer {
  return list.data.subarray(0, list.length)
}
