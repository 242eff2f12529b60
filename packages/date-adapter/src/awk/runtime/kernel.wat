;; The hot loops over bytes of the compiled awk, 16 at a time: find ends of records, cut fields, find literals and
;; members of byte sets, copy, join. For kernel.ts; assembled into kernel-code.ts by the package's `wasm` script.
;;
;; Everything is in one memory: input, output, constants, lists of positions. A range is [at, end). Vectors are read
;; and copied whole: up to 15 bytes behind the end are read, and written where something is copied to, so that every
;; region has that slack behind it.
;;
;; A byte set is 64 bytes: for bytes below 0x80 a bit row per low nibble (16) and the bit of each high nibble (16),
;; then the same for bytes from 0x80.
(module
  (memory (export "memory") 64)

  ;; Positions of $byte into the list $out, at most $max and a vector more; how many. $scanned: where it stopped.
  (global $scanned (export "scanned") (mut i32) (i32.const 0))
  (func (export "positions") (param $at i32) (param $end i32) (param $byte i32) (param $out i32) (param $max i32)
    (result i32)
    (local $mask i32) (local $wanted v128) (local $first i32) (local $limit i32)
    (local.set $wanted (i8x16.splat (local.get $byte)))
    (local.set $first (local.get $out))
    (local.set $limit (i32.add (local.get $out) (i32.shl (local.get $max) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (br_if $done (i32.ge_u (local.get $out) (local.get $limit)))
        (local.set $mask (i8x16.bitmask (i8x16.eq (v128.load (local.get $at)) (local.get $wanted))))
        (if (i32.gt_u (i32.add (local.get $at) (i32.const 16)) (local.get $end))
          (then (local.set $mask (i32.and (local.get $mask)
            (i32.sub (i32.shl (i32.const 1) (i32.sub (local.get $end) (local.get $at))) (i32.const 1))))))
        (loop $bit
          (if (local.get $mask)
            (then
              (i32.store (local.get $out) (i32.add (local.get $at) (i32.ctz (local.get $mask))))
              (local.set $out (i32.add (local.get $out) (i32.const 4)))
              (local.set $mask (i32.and (local.get $mask) (i32.sub (local.get $mask) (i32.const 1))))
              (br $bit))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    (global.set $scanned (select (local.get $at) (local.get $end) (i32.lt_u (local.get $at) (local.get $end))))
    (i32.shr_u (i32.sub (local.get $out) (local.get $first)) (i32.const 2)))

  ;; Fields between runs of space, tab and newline: pairs (start, end) into $out, at most $max and a vector more.
  (func (export "blankFields") (param $at i32) (param $end i32) (param $out i32) (param $max i32) (result i32)
    (local $mask i32) (local $turns i32) (local $inside i32) (local $vector v128) (local $first i32) (local $limit i32)
    (local.set $first (local.get $out))
    (local.set $limit (i32.add (local.get $out) (i32.shl (local.get $max) (i32.const 3))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (br_if $done (i32.ge_u (local.get $out) (local.get $limit)))
        (local.set $vector (v128.load (local.get $at)))
        (local.set $mask (i32.xor (i32.const 0xffff) (i8x16.bitmask (v128.or
          (i8x16.eq (local.get $vector) (i8x16.splat (i32.const 32)))
          (i8x16.le_u (i8x16.sub (local.get $vector) (i8x16.splat (i32.const 9))) (i8x16.splat (i32.const 1)))))))
        (if (i32.gt_u (i32.add (local.get $at) (i32.const 16)) (local.get $end))
          (then (local.set $mask (i32.and (local.get $mask)
            (i32.sub (i32.shl (i32.const 1) (i32.sub (local.get $end) (local.get $at))) (i32.const 1))))))
        (local.set $turns (i32.and (i32.const 0xffff) (i32.xor (local.get $mask)
          (i32.or (i32.shl (local.get $mask) (i32.const 1)) (local.get $inside)))))
        (local.set $inside (i32.shr_u (local.get $mask) (i32.const 15)))
        (loop $bit
          (if (local.get $turns)
            (then
              (i32.store (local.get $out) (i32.add (local.get $at) (i32.ctz (local.get $turns))))
              (local.set $out (i32.add (local.get $out) (i32.const 4)))
              (local.set $turns (i32.and (local.get $turns) (i32.sub (local.get $turns) (i32.const 1))))
              (br $bit))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    ;; A field that ends with the record has its end to come, if the record ended on a vector's edge.
    (if (i32.and (local.get $inside) (i32.ge_u (local.get $at) (local.get $end)))
      (then
        (i32.store (local.get $out) (local.get $end))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))))
    (i32.shr_u (i32.sub (local.get $out) (local.get $first)) (i32.const 3)))

  (func $members (param $vector v128) (param $set i32) (result i32)
    (local $low v128) (local $high v128)
    (local.set $low (v128.and (local.get $vector) (i8x16.splat (i32.const 15))))
    (local.set $high (i8x16.shr_u (local.get $vector) (i32.const 4)))
    (i32.xor (i32.const 0xffff) (i8x16.bitmask (i8x16.eq (v128.const i32x4 0 0 0 0) (v128.or
      (v128.and (i8x16.swizzle (v128.load (local.get $set)) (local.get $low))
        (i8x16.swizzle (v128.load offset=16 (local.get $set)) (local.get $high)))
      (v128.and (i8x16.swizzle (v128.load offset=32 (local.get $set)) (local.get $low))
        (i8x16.swizzle (v128.load offset=48 (local.get $set)) (local.get $high))))))))

  ;; Fields between members of $set: pairs (start, end) into $out; at most $max and a vector more. Not for an empty range.
  (func (export "separatedFields") (param $at i32) (param $end i32) (param $set i32) (param $out i32) (param $max i32)
    (result i32)
    (local $mask i32) (local $first i32) (local $limit i32) (local $place i32)
    (local.set $first (local.get $out))
    (local.set $limit (i32.add (local.get $out) (i32.shl (local.get $max) (i32.const 3))))
    (i32.store (local.get $out) (local.get $at))
    (local.set $out (i32.add (local.get $out) (i32.const 4)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (br_if $done (i32.ge_u (local.get $out) (local.get $limit)))
        (local.set $mask (call $members (v128.load (local.get $at)) (local.get $set)))
        (if (i32.gt_u (i32.add (local.get $at) (i32.const 16)) (local.get $end))
          (then (local.set $mask (i32.and (local.get $mask)
            (i32.sub (i32.shl (i32.const 1) (i32.sub (local.get $end) (local.get $at))) (i32.const 1))))))
        (loop $bit
          (if (local.get $mask)
            (then
              (local.set $place (i32.add (local.get $at) (i32.ctz (local.get $mask))))
              (i32.store (local.get $out) (local.get $place))
              (i32.store offset=4 (local.get $out) (i32.add (local.get $place) (i32.const 1)))
              (local.set $out (i32.add (local.get $out) (i32.const 8)))
              (local.set $mask (i32.and (local.get $mask) (i32.sub (local.get $mask) (i32.const 1))))
              (br $bit))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    (if (i32.ge_u (local.get $at) (local.get $end))
      (then
        (i32.store (local.get $out) (local.get $end))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))))
    (i32.shr_u (i32.sub (local.get $out) (local.get $first)) (i32.const 3)))

  ;; The first place of the $length bytes (1 or more) at $literal in [at, end), or -1.
  (func (export "find") (param $at i32) (param $end i32) (param $literal i32) (param $length i32) (result i32)
    (local $head v128) (local $tail v128) (local $mask i32) (local $last i32) (local $place i32) (local $index i32)
    (local.set $head (v128.load8_splat (local.get $literal)))
    (local.set $last (i32.sub (local.get $length) (i32.const 1)))
    (local.set $tail (v128.load8_splat (i32.add (local.get $literal) (local.get $last))))
    (local.set $end (i32.sub (local.get $end) (local.get $last)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_s (local.get $at) (local.get $end)))
        (local.set $mask (i8x16.bitmask (v128.and
          (i8x16.eq (v128.load (local.get $at)) (local.get $head))
          (i8x16.eq (v128.load (i32.add (local.get $at) (local.get $last))) (local.get $tail)))))
        (loop $bit
          (if (local.get $mask)
            (then
              (local.set $place (i32.add (local.get $at) (i32.ctz (local.get $mask))))
              (br_if $done (i32.ge_s (local.get $place) (local.get $end)))
              (local.set $index (i32.const 1))
              (block $differs
                (loop $byte
                  (if (i32.ge_s (local.get $index) (local.get $last)) (then (return (local.get $place))))
                  (br_if $differs (i32.ne
                    (i32.load8_u (i32.add (local.get $place) (local.get $index)))
                    (i32.load8_u (i32.add (local.get $literal) (local.get $index)))))
                  (local.set $index (i32.add (local.get $index) (i32.const 1)))
                  (br $byte)))
              (local.set $mask (i32.and (local.get $mask) (i32.sub (local.get $mask) (i32.const 1))))
              (br $bit))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    (i32.const -1))

  ;; The first member of $set in [at, end), or $end.
  (func $findMember (export "findMember") (param $at i32) (param $end i32) (param $set i32) (result i32)
    (local $mask i32)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $mask (call $members (v128.load (local.get $at)) (local.get $set)))
        (if (local.get $mask)
          (then
            (local.set $at (i32.add (local.get $at) (i32.ctz (local.get $mask))))
            (return (select (local.get $at) (local.get $end) (i32.lt_u (local.get $at) (local.get $end))))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    (local.get $end))

  ;; The first place where a member of $set is followed by one of $set2 within [at, end), or -1.
  (func (export "findPair") (param $at i32) (param $end i32) (param $set i32) (param $set2 i32) (result i32)
    (local $mask i32)
    (local.set $end (i32.sub (local.get $end) (i32.const 1)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_s (local.get $at) (local.get $end)))
        (local.set $mask (i32.and
          (call $members (v128.load (local.get $at)) (local.get $set))
          (call $members (v128.load offset=1 (local.get $at)) (local.get $set2))))
        (if (local.get $mask)
          (then
            (local.set $at (i32.add (local.get $at) (i32.ctz (local.get $mask))))
            (br_if $done (i32.ge_s (local.get $at) (local.get $end)))
            (return (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    (i32.const -1))

  ;; Copies [at, end) to $to; where the copy ends.
  (func $copy (export "copy") (param $at i32) (param $end i32) (param $to i32) (result i32)
    (local $ended i32)
    (local.set $ended (i32.add (local.get $to) (i32.sub (local.get $end) (local.get $at))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $to) (local.get $ended)))
        (v128.store (local.get $to) (v128.load (local.get $at)))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (local.set $to (i32.add (local.get $to) (i32.const 16)))
        (br $next)))
    (local.get $ended))

  ;; Writes $count fields of the list $pairs to $to with the byte $glue between them; where it ends. Fields that
  ;; already stand with that byte between them are copied together.
  (func (export "join") (param $pairs i32) (param $count i32) (param $glue i32) (param $to i32) (result i32)
    (local $last i32) (local $at i32) (local $end i32)
    (if (i32.eqz (local.get $count)) (then (return (local.get $to))))
    (local.set $last (i32.add (local.get $pairs) (i32.shl (i32.sub (local.get $count) (i32.const 1)) (i32.const 3))))
    (loop $field
      (local.set $at (i32.load (local.get $pairs)))
      (block $cut
        (loop $more
          (local.set $end (i32.load offset=4 (local.get $pairs)))
          (br_if $cut (i32.ge_u (local.get $pairs) (local.get $last)))
          (br_if $cut (i32.ne (i32.load offset=8 (local.get $pairs)) (i32.add (local.get $end) (i32.const 1))))
          (br_if $cut (i32.ne (i32.load8_u (local.get $end)) (local.get $glue)))
          (local.set $pairs (i32.add (local.get $pairs) (i32.const 8)))
          (br $more)))
      (local.set $to (call $copy (local.get $at) (local.get $end) (local.get $to)))
      (if (i32.lt_u (local.get $pairs) (local.get $last))
        (then
          (i32.store8 (local.get $to) (local.get $glue))
          (local.set $to (i32.add (local.get $to) (i32.const 1)))
          (local.set $pairs (i32.add (local.get $pairs) (i32.const 8)))
          (br $field))))
    (local.get $to))

  ;; Whether all bytes are below 0x80.
  (func (export "isAscii") (param $at i32) (param $end i32) (result i32)
    (block $vectors
      (loop $next
        (br_if $vectors (i32.gt_u (i32.add (local.get $at) (i32.const 16)) (local.get $end)))
        (if (i8x16.bitmask (v128.load (local.get $at))) (then (return (i32.const 0))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    (if (i32.ge_u (local.get $at) (local.get $end)) (then (return (i32.const 1))))
    (i32.eqz (i32.and (i8x16.bitmask (v128.load (local.get $at)))
      (i32.sub (i32.shl (i32.const 1) (i32.sub (local.get $end) (local.get $at))) (i32.const 1)))))

  ;; Writes [at, end) to $to with every longest run of members of $set replaced by the $length bytes at $text.
  ;; Stops at a run's edge before $toEnd; $scanned: where it came to in the input. $replaced counts.
  (global $replaced (export "replaced") (mut i32) (i32.const 0))
  (func (export "replaceRuns") (param $at i32) (param $end i32) (param $set i32) (param $notSet i32) (param $text i32)
    (param $length i32) (param $to i32) (result i32)
    (local $start i32) (local $count i32)
    (block $done
      (loop $next
        (local.set $start (local.get $at))
        (local.set $at (call $findMember (local.get $at) (local.get $end) (local.get $set)))
        (local.set $to (call $copy (local.get $start) (local.get $at) (local.get $to)))
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $at (call $findMember (local.get $at) (local.get $end) (local.get $notSet)))
        (local.set $to (call $copy (local.get $text) (i32.add (local.get $text) (local.get $length)) (local.get $to)))
        (local.set $count (i32.add (local.get $count) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $at) (local.get $end)))))
    (global.set $replaced (local.get $count))
    (local.get $to)))
