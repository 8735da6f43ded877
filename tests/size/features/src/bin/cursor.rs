#![no_std]
#![no_main]

features::page_by!(|group, out| {
    let (mut cursor, mut buffer) = (Cursor::<Text>::new(), [0; 256]);
    while let Ok(filled @ 1..) = cursor.fill(group, &mut buffer) {
        out.take(buffer.get(..filled).unwrap_or_default()); // an index could panic
    }
});
