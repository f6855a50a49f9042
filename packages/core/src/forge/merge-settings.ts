/** How a repository lets pull requests be merged, and what the commits that this makes will say. */
export type MergeSettings = {
  readonly merge: boolean
  readonly squash: boolean
  readonly rebase: boolean
  /** `commit-or-title`: the only commit's own subject, or the title when there are several. */
  readonly squashTitle: 'title' | 'commit-or-title'
  readonly squashMessage: 'commits' | 'body' | 'blank'
  /** What a merge commit says besides its fixed words. */
  readonly mergeMessage: 'title' | 'body' | 'blank'
  /** GitLab's texts with placeholders; where they are known they say it more exactly than the words above. */
  readonly templates?: { readonly squash: string; readonly merge: string } | undefined
}
