;; The hot loops over bytes, 16 at a time: count a byte, put a prefix before each line, wrap each line in JSON.
;; For byte-kernel.ts, which owns the memory; assembled into byte-kernel-code.ts by `npm run wasm -w packages/log-tailer`.
;;
;; Both rewriters take whole lines [at, end), ended by LF, and write to [out, outEnd). They stop before the first
;; line that might not fit; `consumed` then says where, and the result is where the output ends. Copies are made
;; in whole vectors and may run over by up to 15 bytes, which the next copy overwrites: outEnd keeps that room.
(module
  (memory (export "memory") 160 160)
  (global $consumed (export "consumed") (mut i32) (i32.const 0))

  (func (export "count") (param $at i32) (param $end i32) (param $byte i32) (result i32)
    (local $found i32) (local $wanted v128)
    (local.set $wanted (i8x16.splat (local.get $byte)))
    (block $vectors
      (loop $next
        (br_if $vectors (i32.gt_u (i32.add (local.get $at) (i32.const 16)) (local.get $end)))
        (local.set $found (i32.add (local.get $found)
          (i32.popcnt (i8x16.bitmask (i8x16.eq (v128.load (local.get $at)) (local.get $wanted))))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    (block $bytes
      (loop $next
        (br_if $bytes (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $found (i32.add (local.get $found)
          (i32.eq (i32.load8_u (local.get $at)) (local.get $byte))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (local.get $found))

  ;; Copies [from, from + length) to $to in vectors.
  (func $copy (param $from i32) (param $length i32) (param $to i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $from) (local.get $length)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $from) (local.get $end)))
        (v128.store (local.get $to) (v128.load (local.get $from)))
        (local.set $from (i32.add (local.get $from) (i32.const 16)))
        (local.set $to (i32.add (local.get $to) (i32.const 16)))
        (br $next))))

  (func (export "prefix") (param $at i32) (param $end i32) (param $out i32) (param $outEnd i32)
    (param $head i32) (param $headLength i32) (result i32)
    (local $lineOut i32) (local $mask i32) (local $run i32)
    (global.set $consumed (local.get $at))
    (local.set $lineOut (local.get $out))
    (block $done
      (loop $line
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (br_if $done (i32.gt_u (i32.add (local.get $out) (local.get $headLength)) (local.get $outEnd)))
        (call $copy (local.get $head) (local.get $headLength) (local.get $out))
        (local.set $out (i32.add (local.get $out) (local.get $headLength)))
        (loop $next
          (br_if $done (i32.gt_u (local.get $out) (local.get $outEnd)))
          (v128.store (local.get $out) (v128.load (local.get $at)))
          (local.set $mask (i8x16.bitmask
            (i8x16.eq (v128.load (local.get $at)) (i8x16.splat (i32.const 10)))))
          (if (i32.eqz (local.get $mask))
            (then
              (local.set $at (i32.add (local.get $at) (i32.const 16)))
              (local.set $out (i32.add (local.get $out) (i32.const 16)))
              (br $next))))
        (local.set $run (i32.add (i32.ctz (local.get $mask)) (i32.const 1)))
        (local.set $at (i32.add (local.get $at) (local.get $run)))
        (local.set $out (i32.add (local.get $out) (local.get $run)))
        (global.set $consumed (local.get $at))
        (local.set $lineOut (local.get $out))
        (br $line)))
    (local.get $lineOut))

  ;; $escapes: 256 bytes; 1: \u00xx, else the letter behind the backslash, 0: passes.
  (func (export "json") (param $at i32) (param $end i32) (param $out i32) (param $outEnd i32)
    (param $head i32) (param $headLength i32) (param $escapes i32) (result i32)
    (local $lineOut i32) (local $mask i32) (local $byte i32) (local $escape i32) (local $vector v128)
    (global.set $consumed (local.get $at))
    (local.set $lineOut (local.get $out))
    (block $done
      (loop $line
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (br_if $done (i32.gt_u (i32.add (local.get $out) (local.get $headLength)) (local.get $outEnd)))
        (call $copy (local.get $head) (local.get $headLength) (local.get $out))
        (local.set $out (i32.add (local.get $out) (local.get $headLength)))
        (loop $next
          (br_if $done (i32.gt_u (local.get $out) (local.get $outEnd)))
          (local.set $vector (v128.load (local.get $at)))
          (v128.store (local.get $out) (local.get $vector))
          (local.set $mask (i8x16.bitmask (v128.or
            (i8x16.lt_u (local.get $vector) (i8x16.splat (i32.const 0x20)))
            (v128.or
              (i8x16.eq (local.get $vector) (i8x16.splat (i32.const 0x22)))
              (i8x16.eq (local.get $vector) (i8x16.splat (i32.const 0x5c)))))))
          (if (i32.eqz (local.get $mask))
            (then
              (local.set $at (i32.add (local.get $at) (i32.const 16)))
              (local.set $out (i32.add (local.get $out) (i32.const 16)))
              (br $next)))
          (local.set $at (i32.add (local.get $at) (i32.ctz (local.get $mask))))
          (local.set $out (i32.add (local.get $out) (i32.ctz (local.get $mask))))
          (local.set $byte (i32.load8_u (local.get $at)))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (if (i32.ne (local.get $byte) (i32.const 10))
            (then
              (local.set $escape (i32.load8_u (i32.add (local.get $escapes) (local.get $byte))))
              (i32.store8 (local.get $out) (i32.const 0x5c))
              (if (i32.eq (local.get $escape) (i32.const 1))
                (then
                  ;; "u00" and two hexadecimal digits
                  (i32.store8 offset=1 (local.get $out) (i32.const 0x75))
                  (i32.store16 offset=2 (local.get $out) (i32.const 0x3030))
                  (i32.store8 offset=4 (local.get $out)
                    (i32.add (i32.shr_u (local.get $byte) (i32.const 4)) (i32.const 0x30)))
                  (i32.store8 offset=5 (local.get $out) (call $hex (i32.and (local.get $byte) (i32.const 15))))
                  (local.set $out (i32.add (local.get $out) (i32.const 6))))
                (else
                  (i32.store8 offset=1 (local.get $out) (local.get $escape))
                  (local.set $out (i32.add (local.get $out) (i32.const 2)))))
              (br $next))))
        ;; "}\n
        (i32.store16 (local.get $out) (i32.const 0x7d22))
        (i32.store8 offset=2 (local.get $out) (i32.const 10))
        (local.set $out (i32.add (local.get $out) (i32.const 3)))
        (global.set $consumed (local.get $at))
        (local.set $lineOut (local.get $out))
        (br $line)))
    (local.get $lineOut))

  (func $hex (param $digit i32) (result i32)
    (if (result i32) (i32.lt_u (local.get $digit) (i32.const 10))
      (then (i32.add (local.get $digit) (i32.const 0x30)))
      (else (i32.add (local.get $digit) (i32.const 0x57))))))
