;; The hot loops over bytes of the compiled awk, 16 at a time: find ends of records, cut fields, find literals and
;; members of byte sets, count characters, copy, join. For kernel.ts; assembled into kernel-code.ts by the package's
;; `wasm` script.
;;
;; Everything is in one memory: input, output, constants, lists of positions. A range is [at, end). Vectors are read
;; and copied whole: up to 63 bytes behind the end are read, and 15 written where something is copied to, so that every
;; region has that slack behind it (heap.ts).
;;
;; A byte set is 64 bytes: for bytes below 0x80 a bit row per low nibble (16) and the bit of each high nibble (16),
;; then the same for bytes from 0x80.
;;
;; A second result is left in a cell below address 64, where no region is: an exported global costs 60 ns to read.
(module
  (memory (export "memory") 64)

  ;; Where $wanted is in the 64 bytes at $at: a bit for each.
  (func $bits64 (param $at i32) (param $wanted v128) (result i64)
    (i64.or
      (i64.extend_i32_u (i32.or
        (i8x16.bitmask (i8x16.eq (v128.load (local.get $at)) (local.get $wanted)))
        (i32.shl (i8x16.bitmask (i8x16.eq (v128.load offset=16 (local.get $at)) (local.get $wanted))) (i32.const 16))))
      (i64.shl (i64.extend_i32_u (i32.or
        (i8x16.bitmask (i8x16.eq (v128.load offset=32 (local.get $at)) (local.get $wanted)))
        (i32.shl (i8x16.bitmask (i8x16.eq (v128.load offset=48 (local.get $at)) (local.get $wanted))) (i32.const 16))))
        (i64.const 32))))

  ;; Positions of $byte into the list $out, at most $max and 64 more; how many. Cell 16: where it stopped. Four vectors
  ;; at a time: a line is longer than one, and branches that none can foretell cost more than loads.
  (func (export "positions") (param $at i32) (param $end i32) (param $byte i32) (param $out i32) (param $max i32)
    (result i32)
    (local $mask i64) (local $wanted v128) (local $first i32) (local $limit i32)
    (local.set $wanted (i8x16.splat (local.get $byte)))
    (local.set $first (local.get $out))
    (local.set $limit (i32.add (local.get $out) (i32.shl (local.get $max) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (br_if $done (i32.ge_u (local.get $out) (local.get $limit)))
        (local.set $mask (call $bits64 (local.get $at) (local.get $wanted)))
        (if (i32.gt_u (i32.add (local.get $at) (i32.const 64)) (local.get $end))
          (then (local.set $mask (i64.and (local.get $mask) (i64.sub
            (i64.shl (i64.const 1) (i64.extend_i32_u (i32.sub (local.get $end) (local.get $at))))
            (i64.const 1))))))
        (loop $bit
          (if (i32.eqz (i64.eqz (local.get $mask)))
            (then
              (i32.store (local.get $out)
                (i32.add (local.get $at) (i32.wrap_i64 (i64.ctz (local.get $mask)))))
              (local.set $out (i32.add (local.get $out) (i32.const 4)))
              (local.set $mask (i64.and (local.get $mask) (i64.sub (local.get $mask) (i64.const 1))))
              (br $bit))))
        (local.set $at (i32.add (local.get $at) (i32.const 64)))
        (br $next)))
    (i32.store (i32.const 16) (select (local.get $at) (local.get $end) (i32.lt_u (local.get $at) (local.get $end))))
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

  ;; The same between bytes $byte: pairs (start, end) into $out; at most $max and 32 more. Not for an empty
  ;; range. Two vectors at a time.
  (func (export "byteFields") (param $at i32) (param $end i32) (param $byte i32) (param $out i32) (param $max i32)
    (result i32)
    (local $mask i32) (local $first i32) (local $limit i32) (local $place i32) (local $wanted v128)
    (local.set $wanted (i8x16.splat (local.get $byte)))
    (local.set $first (local.get $out))
    (local.set $limit (i32.add (local.get $out) (i32.shl (local.get $max) (i32.const 3))))
    (i32.store (local.get $out) (local.get $at))
    (local.set $out (i32.add (local.get $out) (i32.const 4)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (br_if $done (i32.ge_u (local.get $out) (local.get $limit)))
        (local.set $mask (i32.or
          (i8x16.bitmask (i8x16.eq (v128.load (local.get $at)) (local.get $wanted)))
          (i32.shl (i8x16.bitmask (i8x16.eq (v128.load offset=16 (local.get $at)) (local.get $wanted))) (i32.const 16))))
        (if (i32.gt_u (i32.add (local.get $at) (i32.const 32)) (local.get $end))
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
        (local.set $at (i32.add (local.get $at) (i32.const 32)))
        (br $next)))
    (if (i32.ge_u (local.get $at) (local.get $end))
      (then
        (i32.store (local.get $out) (local.get $end))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))))
    (i32.shr_u (i32.sub (local.get $out) (local.get $first)) (i32.const 3)))

  ;; The first place of the $length bytes (1 or more) at $literal in [at, end), or -1.
  (func $find (export "find") (param $at i32) (param $end i32) (param $literal i32) (param $length i32) (result i32)
    (local $head v128) (local $tail v128) (local $here v128) (local $mask i32) (local $last i32) (local $place i32) (local $index i32)
    (local.set $head (v128.load8_splat (local.get $literal)))
    (local.set $last (i32.sub (local.get $length) (i32.const 1)))
    (local.set $tail (v128.load8_splat (i32.add (local.get $literal) (local.get $last))))
    (local.set $end (i32.sub (local.get $end) (local.get $last)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_s (local.get $at) (local.get $end)))
        (local.set $here (v128.and
          (i8x16.eq (v128.load (local.get $at)) (local.get $head))
          (i8x16.eq (v128.load (i32.add (local.get $at) (local.get $last))) (local.get $tail))))
        ;; Two vectors at a time as long as neither has a hit.
        (if (i32.eqz (v128.any_true (v128.or (local.get $here) (v128.and
            (i8x16.eq (v128.load offset=16 (local.get $at)) (local.get $head))
            (i8x16.eq (v128.load offset=16 (i32.add (local.get $at) (local.get $last))) (local.get $tail))))))
          (then
            (local.set $at (i32.add (local.get $at) (i32.const 32)))
            (br $next)))
        (local.set $mask (i8x16.bitmask (local.get $here)))
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

  ;; The last place of $byte in [at, end), or -1. Bytes before $at are read, up to 15.
  (func $findLast (export "findLast") (param $at i32) (param $end i32) (param $byte i32) (result i32)
    (local $mask i32) (local $wanted v128)
    (local.set $wanted (i8x16.splat (local.get $byte)))
    (block $done
      (loop $next
        (br_if $done (i32.le_s (local.get $end) (local.get $at)))
        (local.set $end (i32.sub (local.get $end) (i32.const 16)))
        (local.set $mask (i8x16.bitmask (i8x16.eq (v128.load (local.get $end)) (local.get $wanted))))
        (br_if $next (i32.eqz (local.get $mask)))
        (local.set $end (i32.add (local.get $end) (i32.sub (i32.const 31) (i32.clz (local.get $mask)))))
        (return (select (local.get $end) (i32.const -1) (i32.ge_s (local.get $end) (local.get $at))))))
    (i32.const -1))

  ;; How often $byte is in [at, end). Sums of bytes are taken out before they overflow.
  (func $countByte (export "countByte") (param $at i32) (param $end i32) (param $byte i32) (result i32)
    (local $count i32) (local $stop i32) (local $wanted v128) (local $sums v128)
    (local.set $wanted (i8x16.splat (local.get $byte)))
    (block $vectors
      (loop $block
        (br_if $vectors (i32.gt_u (i32.add (local.get $at) (i32.const 32)) (local.get $end)))
        (local.set $sums (v128.const i32x4 0 0 0 0))
        (local.set $stop (i32.sub (local.get $end) (i32.const 32)))
        (if (i32.gt_u (i32.sub (local.get $stop) (local.get $at)) (i32.const 3200))
          (then (local.set $stop (i32.add (local.get $at) (i32.const 3200)))))
        (loop $next
          (local.set $sums (i8x16.sub (local.get $sums) (i8x16.add
            (i8x16.eq (v128.load (local.get $at)) (local.get $wanted))
            (i8x16.eq (v128.load offset=16 (local.get $at)) (local.get $wanted)))))
          (local.set $at (i32.add (local.get $at) (i32.const 32)))
          (br_if $next (i32.le_u (local.get $at) (local.get $stop))))
        (local.set $sums (i32x4.extadd_pairwise_i16x8_u (i16x8.extadd_pairwise_i8x16_u (local.get $sums))))
        (local.set $count (i32.add (local.get $count) (i32.add
          (i32.add (i32x4.extract_lane 0 (local.get $sums)) (i32x4.extract_lane 1 (local.get $sums)))
          (i32.add (i32x4.extract_lane 2 (local.get $sums)) (i32x4.extract_lane 3 (local.get $sums))))))
        (br $block)))
    (block $done
      (loop $byte
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $count (i32.add (local.get $count)
          (i32.eq (i32.load8_u (local.get $at)) (local.get $byte))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $byte)))
    (local.get $count))

  ;; The first place of $byte in [at, end), or -1.
  (func $findByte (param $at i32) (param $end i32) (param $byte i32) (result i32)
    (local $mask i32) (local $wanted v128)
    (local.set $wanted (i8x16.splat (local.get $byte)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_s (local.get $at) (local.get $end)))
        (local.set $mask (i8x16.bitmask (i8x16.eq (v128.load (local.get $at)) (local.get $wanted))))
        (if (i32.eqz (local.get $mask))
          (then
            (local.set $at (i32.add (local.get $at) (i32.const 16)))
            (br $next)))
        (local.set $at (i32.add (local.get $at) (i32.ctz (local.get $mask))))
        (return (select (local.get $at) (i32.const -1) (i32.lt_s (local.get $at) (local.get $end))))))
    (i32.const -1))

  ;; The first place of the literal in [at, end), as find, where the record it is in, between bytes $separator, is
  ;; complete; else -1. Cells 24 and 28: that record; 32: how many records there are before it.
  (func (export "seek") (param $at i32) (param $end i32) (param $literal i32) (param $length i32)
    (param $separator i32) (result i32)
    (local $hit i32) (local $edge i32)
    (local.set $hit (call $find (local.get $at) (local.get $end) (local.get $literal) (local.get $length)))
    (if (i32.lt_s (local.get $hit) (i32.const 0)) (then (return (i32.const -1))))
    (local.set $edge (call $findByte (local.get $hit) (local.get $end) (local.get $separator)))
    (if (i32.lt_s (local.get $edge) (i32.const 0)) (then (return (i32.const -1))))
    (i32.store (i32.const 28) (local.get $edge))
    (local.set $edge (call $findLast (local.get $at) (local.get $hit) (local.get $separator)))
    (if (i32.lt_s (local.get $edge) (i32.const 0))
      (then
        (i32.store (i32.const 24) (local.get $at))
        (i32.store (i32.const 32) (i32.const 0)))
      (else
        (local.set $edge (i32.add (local.get $edge) (i32.const 1)))
        (i32.store (i32.const 24) (local.get $edge))
        (i32.store (i32.const 32) (call $countByte (local.get $at) (local.get $edge) (local.get $separator)))))
    (local.get $hit))

  ;; Whole records of [at, end), between bytes $separator, are told apart by the literal: those that have it are copied
  ;; to $to when bit 0 of $what is set, the others when bit 1 is. Where the copy ends. A $length of 0 is in no record.
  ;; Cell 24: where it stopped, behind the last separator; 28: how many have the literal; 32: how many have not.
  (func (export "sift") (param $at i32) (param $end i32) (param $literal i32) (param $length i32)
    (param $separator i32) (param $what i32) (param $to i32) (result i32)
    (local $hit i32) (local $start i32) (local $edge i32) (local $with i32) (local $without i32)
    (block $done
      (loop $next
        (local.set $hit (i32.const -1))
        (if (local.get $length)
          (then (local.set $hit (call $find
            (local.get $at) (local.get $end) (local.get $literal) (local.get $length)))))
        (local.set $start (i32.add (i32.const 1) (call $findLast
          (local.get $at)
          (select (local.get $end) (local.get $hit) (i32.lt_s (local.get $hit) (i32.const 0)))
          (local.get $separator))))
        (if (local.get $start)
          (then
            (local.set $without (i32.add (local.get $without)
              (call $countByte (local.get $at) (local.get $start) (local.get $separator))))
            (if (i32.and (local.get $what) (i32.const 2))
              (then (local.set $to (call $copy (local.get $at) (local.get $start) (local.get $to)))))
            (local.set $at (local.get $start))))
        (br_if $done (i32.lt_s (local.get $hit) (i32.const 0)))
        (local.set $edge (call $findByte (local.get $hit) (local.get $end) (local.get $separator)))
        (br_if $done (i32.lt_s (local.get $edge) (i32.const 0)))
        (local.set $edge (i32.add (local.get $edge) (i32.const 1)))
        (local.set $with (i32.add (local.get $with) (i32.const 1)))
        (if (i32.and (local.get $what) (i32.const 1))
          (then (local.set $to (call $copy (local.get $at) (local.get $edge) (local.get $to)))))
        (local.set $at (local.get $edge))
        (br $next)))
    (i32.store (i32.const 24) (local.get $at))
    (i32.store (i32.const 28) (local.get $with))
    (i32.store (i32.const 32) (local.get $without))
    (local.get $to))

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

  ;; Copies [at, end) to $to with the case of the 26 letters from $first changed.
  (func (export "mapCase") (param $at i32) (param $end i32) (param $to i32) (param $first i32)
    (local $vector v128) (local $letters v128)
    (local.set $letters (i8x16.splat (local.get $first)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $vector (v128.load (local.get $at)))
        (v128.store (local.get $to) (v128.xor (local.get $vector) (v128.and
          (i8x16.splat (i32.const 32))
          (i8x16.lt_u (i8x16.sub (local.get $vector) (local.get $letters)) (i8x16.splat (i32.const 26))))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (local.set $to (i32.add (local.get $to) (i32.const 16)))
        (br $next))))

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

  ;; What [at, end) is: 2 for ASCII, 1 for other valid UTF-8, 0 for anything else. The pairs of bytes that are wrong
  ;; are looked up by three nibbles at once; what is left is that bytes 3 and 4 of a character continue it (Keiser and
  ;; Lemire, "Validating UTF-8 in less than one instruction per byte", 2021). Behind the end stand zeros, so that what
  ;; is cut off there is wrong.
  (func (export "reading") (param $at i32) (param $end i32) (result i32)
    (local $here v128) (local $before v128) (local $last v128) (local $wrong v128) (local $high i32) (local $wasHigh i32)
    (local $result i32)
    (local.set $result (i32.const 2))
    (block $done
      (loop $next
        (br_if $done (i32.gt_u (local.get $at) (local.get $end)))
        (local.set $here (v128.load (local.get $at)))
        (if (i32.gt_u (i32.add (local.get $at) (i32.const 16)) (local.get $end))
          (then (local.set $here (v128.and (local.get $here) (i8x16.lt_u
            (v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
            (i8x16.splat (i32.sub (local.get $end) (local.get $at))))))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (local.set $high (i8x16.bitmask (local.get $here)))
        (if (i32.or (local.get $high) (local.get $wasHigh))
          (then
            (local.set $result (i32.const 1))
            (local.set $last (i8x16.shuffle 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30
              (local.get $before) (local.get $here)))
            (local.set $wrong (v128.or (local.get $wrong) (v128.xor
              (v128.and
                (v128.and
                  (i8x16.swizzle
                    (v128.const i8x16 2 2 2 2 2 2 2 2 0x80 0x80 0x80 0x80 0x21 0x01 0x15 0x49)
                    (i8x16.shr_u (local.get $last) (i32.const 4)))
                  (i8x16.swizzle
                    (v128.const i8x16 0xe7 0xa3 0x83 0x83 0x8b 0xcb 0xcb 0xcb 0xcb 0xcb 0xcb 0xcb 0xcb 0xdb 0xcb 0xcb)
                    (v128.and (local.get $last) (i8x16.splat (i32.const 15)))))
                (i8x16.swizzle
                  (v128.const i8x16 1 1 1 1 1 1 1 1 0xe6 0xae 0xba 0xba 1 1 1 1)
                  (i8x16.shr_u (local.get $here) (i32.const 4))))
              (v128.and (i8x16.splat (i32.const 0x80)) (v128.or
                (i8x16.sub_sat_u
                  (i8x16.shuffle 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 (local.get $before) (local.get $here))
                  (i8x16.splat (i32.const 0x60)))
                (i8x16.sub_sat_u
                  (i8x16.shuffle 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 (local.get $before) (local.get $here))
                  (i8x16.splat (i32.const 0x70))))))))
            (if (v128.any_true (local.get $wrong)) (then (return (i32.const 0))))))
        (local.set $wasHigh (local.get $high))
        (local.set $before (local.get $here))
        (br $next)))
    (local.get $result))

  ;; In valid UTF-8, where the character behind the first $count ones of [at, end) begins, or $end. Cell 36: how many
  ;; there were.
  (func (export "advance") (param $at i32) (param $end i32) (param $count i32) (result i32)
    (local $left i32) (local $mask i32) (local $here i32)
    (local.set $left (local.get $count))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        ;; All bytes but those from 0x80 to 0xbf begin a character.
        (local.set $mask (i8x16.bitmask (i8x16.gt_s (v128.load (local.get $at)) (i8x16.splat (i32.const -65)))))
        (if (i32.gt_u (i32.add (local.get $at) (i32.const 16)) (local.get $end))
          (then (local.set $mask (i32.and (local.get $mask)
            (i32.sub (i32.shl (i32.const 1) (i32.sub (local.get $end) (local.get $at))) (i32.const 1))))))
        (local.set $here (i32.popcnt (local.get $mask)))
        (if (i32.gt_u (local.get $here) (local.get $left))
          (then
            (block $found
              (loop $drop
                (br_if $found (i32.eqz (local.get $left)))
                (local.set $mask (i32.and (local.get $mask) (i32.sub (local.get $mask) (i32.const 1))))
                (local.set $left (i32.sub (local.get $left) (i32.const 1)))
                (br $drop)))
            (i32.store (i32.const 36) (local.get $count))
            (return (i32.add (local.get $at) (i32.ctz (local.get $mask))))))
        (local.set $left (i32.sub (local.get $left) (local.get $here)))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    (i32.store (i32.const 36) (i32.sub (local.get $count) (local.get $left)))
    (local.get $end))

  ;; The first place in [at, end) where one of $count literals stands, or -1; cell 36: the length of the longest there.
  ;; Only places with a member of $set before one of $set2 are looked at. $list: address and length of each, longest
  ;; first, none shorter than two bytes.
  (func (export "findAny") (param $at i32) (param $end i32) (param $set i32) (param $set2 i32) (param $list i32)
    (param $count i32) (result i32)
    (local $mask i32) (local $place i32) (local $entry i32) (local $last i32) (local $literal i32) (local $length i32)
    (local $index i32)
    (local.set $last (i32.add (local.get $list) (i32.shl (local.get $count) (i32.const 3))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_s (local.get $at) (local.get $end)))
        (local.set $mask (i32.and
          (call $members (v128.load (local.get $at)) (local.get $set))
          (call $members (v128.load offset=1 (local.get $at)) (local.get $set2))))
        (loop $bit
          (if (local.get $mask)
            (then
              (local.set $place (i32.add (local.get $at) (i32.ctz (local.get $mask))))
              (local.set $entry (local.get $list))
              (loop $another
                (local.set $literal (i32.load (local.get $entry)))
                (local.set $length (i32.load offset=4 (local.get $entry)))
                (local.set $index (i32.const 0))
                (block $differs
                  (br_if $differs (i32.gt_s (i32.add (local.get $place) (local.get $length)) (local.get $end)))
                  (loop $byte
                    (br_if $differs (i32.ne
                      (i32.load8_u (i32.add (local.get $place) (local.get $index)))
                      (i32.load8_u (i32.add (local.get $literal) (local.get $index)))))
                    (local.set $index (i32.add (local.get $index) (i32.const 1)))
                    (br_if $byte (i32.lt_s (local.get $index) (local.get $length))))
                  (i32.store (i32.const 36) (local.get $length))
                  (return (local.get $place)))
                (local.set $entry (i32.add (local.get $entry) (i32.const 8)))
                (br_if $another (i32.lt_u (local.get $entry) (local.get $last))))
              (local.set $mask (i32.and (local.get $mask) (i32.sub (local.get $mask) (i32.const 1))))
              (br $bit))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    (i32.const -1))

  ;; Writes [at, end) to $to with every longest run of members of $set replaced by the $length bytes at $text.
  ;; Cell 20: how many. With 0 as $notSet every member is replaced by itself.
  (func (export "replaceRuns") (param $at i32) (param $end i32) (param $set i32) (param $notSet i32) (param $text i32)
    (param $length i32) (param $to i32) (result i32)
    (local $start i32) (local $count i32)
    (block $done
      (loop $next
        (local.set $start (local.get $at))
        (local.set $at (call $findMember (local.get $at) (local.get $end) (local.get $set)))
        (local.set $to (call $copy (local.get $start) (local.get $at) (local.get $to)))
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (if (local.get $notSet)
          (then (local.set $at (call $findMember (local.get $at) (local.get $end) (local.get $notSet))))
          (else (local.set $at (i32.add (local.get $at) (i32.const 1)))))
        (local.set $to (call $copy (local.get $text) (i32.add (local.get $text) (local.get $length)) (local.get $to)))
        (local.set $count (i32.add (local.get $count) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $at) (local.get $end)))))
    (i32.store (i32.const 20) (local.get $count))
    (local.get $to)))
