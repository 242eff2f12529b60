// What the engine has to say to the operator: rare events, one shape each. Follow reports them, main logs them.
export type FollowEvent =
  | { readonly kind: 'unreadable'; readonly path: string; readonly code: string; readonly message: string }
  | { readonly kind: 'lost-file'; readonly path: string; readonly offset: number; readonly lostBytes: number }
  | {
      readonly kind: 'truncated';
      readonly path: string;
      readonly lostBytes: number;
      readonly recovered: boolean;
    }
  | { readonly kind: 'checkpoint-unwritable'; readonly code: string; readonly message: string };
