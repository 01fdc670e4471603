//! Whatever bytes come in: an answer, never a panic.
#![cfg(feature = "image")]

mod photo_support;

use image::ExtendedColorType;
use moxcms::ColorProfile;
use photo_support::{encode, full_exif, ramp8, rgb8};
use proptest::prelude::*;
use stubblefield::{Mask, Photo, Size};

fn whole_files() -> Vec<Vec<u8>> {
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    let exif = full_exif(6);
    let mut files: Vec<_> = ["png", "jpg", "tif", "webp"]
        .map(|e| rgb8(e, 19, 13))
        .into();
    for extension in ["png", "jpg", "webp"] {
        let codes = ramp8(5, 4, 3);
        let extra = (Some(profile.as_slice()), Some(exif.as_slice()));
        files.push(encode(
            extension,
            (5, 4),
            ExtendedColorType::Rgb8,
            &codes,
            extra,
        ));
    }
    files
}

/// What holds for every photo that was read.
fn check(photo: &Photo) {
    let size = photo.size();
    let mut row = vec![[0.0; 3]; size.width() as usize];
    photo.linear_srgb_row(size.height() - 1, &mut row);
    assert!(row.iter().flatten().all(|v| v.is_finite()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn random_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Photo::from_bytes(&bytes);
        let _ = Mask::from_bytes(&bytes);
    }

    #[test]
    fn random_bytes_behind_a_known_beginning_are_answered(
        which in 0_usize..4,
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let beginnings: [&[u8]; 4] = [
            b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR",
            b"\xff\xd8\xff\xe0",
            b"II\x2a\0\x08\0\0\0",
            b"RIFF\xff\0\0\0WEBPVP8L",
        ];
        let mut file = beginnings[which].to_vec();
        file.extend(bytes);
        let _ = Photo::from_bytes(&file);
    }

    #[test]
    fn altered_files_are_answered(
        which in 0_usize..7,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        head in any::<bool>(),
    ) {
        let mut file = whole_files().swap_remove(which);
        let reach = if head { file.len().min(120) } else { file.len() };
        for (at, byte) in changes {
            file[at.index(reach)] = byte;
        }
        if let Ok(photo) = Photo::from_bytes(&file) {
            check(&photo);
        }
    }

    #[test]
    fn altered_profiles_are_answered(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        length in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        for profile in [ColorProfile::new_srgb(), ColorProfile::new_adobe_rgb()] {
            let mut profile = profile.encode().unwrap();
            for (at, byte) in &changes {
                let at = at.index(profile.len());
                profile[at] = *byte;
            }
            if cut {
                profile.truncate(length.index(profile.len()));
            }
            let size = Size::new(2, 1).unwrap();
            let photo = Photo::from_rgb8(size, vec![0, 90, 255, 7, 8, 9]).unwrap();
            check(&photo.with_icc_profile(&profile));
        }
    }

    #[test]
    fn altered_exif_is_answered(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let mut exif = full_exif(3);
        for (at, byte) in changes {
            let at = at.index(exif.len());
            exif[at] = byte;
        }
        let codes = ramp8(5, 4, 3);
        let file = encode("png", (5, 4), ExtendedColorType::Rgb8, &codes, (None, Some(&exif)));
        let photo = Photo::from_bytes(&file).unwrap();
        let folder = tempfile::tempdir().unwrap();
        photo.save(folder.path().join("a.jpg")).unwrap();
        let again = Photo::open(folder.path().join("a.jpg")).unwrap();
        assert_eq!(again.size(), photo.size());
    }
}
