/** Who is under way at the same time. Each knows how many there were at most, itself included. */
export type Crowd = {
  readonly size: number
  join(): Member
}

export type Member = {
  /** Of its company so far, or until it left. */
  readonly most: number
  readonly isHere: boolean
  leave(): void
}

export function crowd(): Crowd {
  type Present = { most: number }
  const members = new Set<Present>()
  return {
    get size() {
      return members.size
    },
    join() {
      const own: Present = { most: 0 }
      members.add(own)
      for (const each of members) each.most = Math.max(each.most, members.size)
      return {
        get most() {
          return own.most
        },
        get isHere() {
          return members.has(own)
        },
        leave: () => void members.delete(own),
      }
    },
  }
}
