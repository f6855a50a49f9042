/**
 * How a version becomes what people install. candidate: uploaded under a tag nobody asks for, moved when the whole set
 * is confirmed. staged: the registry keeps it back until a person approves. direct: live at upload, ordered and gated.
 */
export const promotions = ['candidate', 'staged', 'direct'] as const
export type Promotion = (typeof promotions)[number]
