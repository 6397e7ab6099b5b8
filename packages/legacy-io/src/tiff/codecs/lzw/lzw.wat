;; Decodes TIFF's LZW of today, as `decodeLzw` of `lzw.ts` does, which says what its words mean.
;;
;; Memory: the table of 4096 entries from 0 on, each an address and a size; one byte for each of the codes below 256 from 32768 on;
;; what is decoded; and room for 16 bytes behind the output. An entry of a code below 256 is its byte, so that all codes are
;; copied alike, eight bytes at a time.
(module
  (memory (export "memory") 1)
  ;; 0 is the end, 1 that the data go on beyond the output, 2 a code that is not in the table.
  (global $status (export "status") (mut i32) (i32.const 0))
  (global $code (export "code") (mut i32) (i32.const 0))
  (global $free (export "free") (mut i32) (i32.const 0))

  (func (export "prepare")
    (local $code i32)
    (loop $codes
      (i32.store8 offset=32768 (local.get $code) (local.get $code))
      (i32.store (i32.shl (local.get $code) (i32.const 3)) (i32.add (local.get $code) (i32.const 32768)))
      (i32.store offset=4 (i32.shl (local.get $code) (i32.const 3)) (i32.const 1))
      (local.set $code (i32.add (local.get $code) (i32.const 1)))
      (br_if $codes (i32.lt_u (local.get $code) (i32.const 256)))))

  ;; Returns the address behind the last byte that it wrote.
  (func (export "decode") (param $at i32) (param $end i32) (param $written i32) (param $limit i32) (result i32)
    (local $buffer i64) (local $bits i32) (local $word i32)
    (local $width i32) (local $mask i32) (local $widerFrom i32)
    (local $code i32) (local $free i32) (local $previous i32) (local $entry i32)
    (local $start i32) (local $size i32) (local $stop i32)
    (global.set $status (i32.const 0))
    (local.set $free (i32.const 258))
    (local.set $width (i32.const 9))
    (local.set $mask (i32.const 511))
    (local.set $widerFrom (i32.const 511))
    (loop $next
      (if (i32.lt_s (local.get $bits) (local.get $width))
        (then
          (if (i32.le_u (i32.add (local.get $at) (i32.const 4)) (local.get $end))
            (then
              (local.set $word (i32.load (local.get $at)))
              ;; The first byte is the most significant one.
              (local.set $word
                (i32.or
                  (i32.and (i32.rotl (local.get $word) (i32.const 8)) (i32.const 0x00ff00ff))
                  (i32.and (i32.rotr (local.get $word) (i32.const 8)) (i32.const 0xff00ff00))))
              (local.set $buffer
                (i64.or (i64.shl (local.get $buffer) (i64.const 32)) (i64.extend_i32_u (local.get $word))))
              (local.set $bits (i32.add (local.get $bits) (i32.const 32)))
              (local.set $at (i32.add (local.get $at) (i32.const 4))))
            (else
              (block $full
                (loop $bytes
                  (br_if $full (i32.ge_u (local.get $at) (local.get $end)))
                  (local.set $buffer
                    (i64.or (i64.shl (local.get $buffer) (i64.const 8)) (i64.load8_u (local.get $at))))
                  (local.set $bits (i32.add (local.get $bits) (i32.const 8)))
                  (local.set $at (i32.add (local.get $at) (i32.const 1)))
                  (br_if $bytes (i32.lt_s (local.get $bits) (local.get $width)))))
              (if (i32.lt_s (local.get $bits) (local.get $width))
                (then (return (local.get $written))))))))
      (local.set $bits (i32.sub (local.get $bits) (local.get $width)))
      (local.set $code
        (i32.and
          (i32.wrap_i64 (i64.shr_u (local.get $buffer) (i64.extend_i32_u (local.get $bits))))
          (local.get $mask)))
      (if (i32.eq (i32.or (local.get $code) (i32.const 1)) (i32.const 257))
        (then
          (if (i32.eq (local.get $code) (i32.const 257))
            (then (return (local.get $written))))
          (local.set $free (i32.const 258))
          (local.set $width (i32.const 9))
          (local.set $mask (i32.const 511))
          (local.set $widerFrom (i32.const 511))
          (local.set $previous (i32.const 0))
          (br $next)))
      (if (i32.ge_u (local.get $written) (local.get $limit))
        (then
          (global.set $status (i32.const 1))
          (return (local.get $written))))
      ;; No output begins at 0: there is no previous string.
      (if (local.get $previous)
        (then
          (if (i32.lt_u (local.get $free) (i32.const 4096))
            (then
              (local.set $entry (i32.shl (local.get $free) (i32.const 3)))
              (i32.store (local.get $entry) (local.get $previous))
              (i32.store offset=4 (local.get $entry)
                (i32.sub (i32.add (local.get $written) (i32.const 1)) (local.get $previous)))
              ;; The last byte of the new entry, if this is its code: all others are there already.
              (i32.store8 (local.get $written) (i32.load8_u (local.get $previous)))
              (local.set $free (i32.add (local.get $free) (i32.const 1)))
              (if (i32.ge_u (local.get $free) (local.get $widerFrom))
                (then
                  (if (i32.lt_u (local.get $width) (i32.const 12))
                    (then
                      (local.set $width (i32.add (local.get $width) (i32.const 1)))
                      (local.set $mask
                        (i32.sub (i32.shl (i32.const 1) (local.get $width)) (i32.const 1)))
                      (local.set $widerFrom (local.get $mask))))))))))
      (local.set $previous (local.get $written))
      (if (i32.ge_u (local.get $code) (local.get $free))
        (then
          (global.set $status (i32.const 2))
          (global.set $code (local.get $code))
          (global.set $free (local.get $free))
          (return (local.get $written))))
      (local.set $entry (i32.shl (local.get $code) (i32.const 3)))
      (local.set $start (i32.load (local.get $entry)))
      (local.set $size (i32.load offset=4 (local.get $entry)))
      (local.set $stop (i32.add (local.get $written) (local.get $size)))
      (if (i32.gt_u (local.get $stop) (local.get $limit))
        (then
          (global.set $status (i32.const 1))
          (local.set $stop (local.get $limit))))
      (i64.store (local.get $written) (i64.load (local.get $start)))
      (local.set $written (i32.add (local.get $written) (i32.const 8)))
      (if (i32.lt_u (local.get $written) (local.get $stop))
        (then
          (loop $copy
            (local.set $start (i32.add (local.get $start) (i32.const 8)))
            (i64.store (local.get $written) (i64.load (local.get $start)))
            (local.set $written (i32.add (local.get $written) (i32.const 8)))
            (br_if $copy (i32.lt_u (local.get $written) (local.get $stop))))))
      (local.set $written (local.get $stop))
      (br_if $next (i32.eqz (global.get $status))))
    (local.get $written)))
