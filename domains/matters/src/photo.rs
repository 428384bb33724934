//! Photos from strangers: checked, turned upright, shrunk and written anew, so that nothing but the picture is kept.
//!
//! The declared type and the file name are never believed. Metadata (where, when, which phone) goes with the
//! re-encoding; a picture whose *claimed* size would fill the memory is refused before it is decoded.

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};
use std::io::Cursor;

/// Most bytes of an uploaded photo.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;
/// Longest side that is kept, in pixels: enough to read a door plate, small enough to show on a phone.
pub const KEPT_SIDE: u32 = 2_048;
const MAX_SIDE: u32 = 12_000;
const MAX_DECODED_BYTES: u64 = 256 * 1024 * 1024;
const JPEG_QUALITY: u8 = 82;

/// A picture that may be stored: always JPEG, sRGB as decoded, no metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    pub jpeg: Vec<u8>,
    pub width: u32,
    pub height: u32,
}

/// Why an upload is not taken; each has a sentence in the locales (`photo-…`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhotoError {
    #[error("the photo is larger than 10 MB")]
    TooLarge,
    #[error("only JPEG, PNG and WebP photos are taken")]
    NotAPhoto,
    #[error("the photo has more pixels than can be handled")]
    TooManyPixels,
    #[error("the photo is damaged")]
    Damaged,
}

impl PhotoError {
    /// Locale key of the sentence for the person who sent it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::TooLarge => "photo-too-large",
            Self::NotAPhoto => "photo-not-a-photo",
            Self::TooManyPixels => "photo-too-many-pixels",
            Self::Damaged => "photo-damaged",
        }
    }
}

/// Checks `bytes` and makes the picture that is stored. Takes some tens of milliseconds: call it outside a transaction.
///
/// # Errors
/// [`PhotoError`], when the bytes are no photo that can be taken.
pub fn clean(bytes: &[u8]) -> Result<Photo, PhotoError> {
    clean_to(bytes, KEPT_SIDE)
}

/// The same with another longest side, in pixels.
///
/// # Errors
/// As [`clean`].
pub fn clean_to(bytes: &[u8], side: u32) -> Result<Photo, PhotoError> {
    if bytes.len() > MAX_BYTES {
        return Err(PhotoError::TooLarge);
    }
    let format = image::guess_format(bytes).map_err(|_| PhotoError::NotAPhoto)?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
        return Err(PhotoError::NotAPhoto);
    }
    let (picture, orientation) = decode(bytes, format)?;
    let mut picture =
        if picture.width().max(picture.height()) > side { picture.thumbnail(side, side) } else { picture };
    picture.apply_orientation(orientation);
    encode(&picture)
}

fn decode(bytes: &[u8], format: ImageFormat) -> Result<(DynamicImage, Orientation), PhotoError> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refusal)?;
    let (width, height) = decoder.dimensions();
    if width > MAX_SIDE || height > MAX_SIDE || decoder.total_bytes() > MAX_DECODED_BYTES {
        return Err(PhotoError::TooManyPixels);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok((DynamicImage::from_decoder(decoder).map_err(refusal)?, orientation))
}

fn refusal(error: image::ImageError) -> PhotoError {
    match error {
        image::ImageError::Limits(_) => PhotoError::TooManyPixels,
        image::ImageError::Unsupported(_) => PhotoError::NotAPhoto,
        _ => PhotoError::Damaged,
    }
}

fn encode(picture: &DynamicImage) -> Result<Photo, PhotoError> {
    // JPEG has no transparency: what was see-through becomes white, not black.
    let mut flat = image::RgbaImage::from_pixel(picture.width(), picture.height(), image::Rgba([255; 4]));
    image::imageops::overlay(&mut flat, &picture.to_rgba8(), 0, 0);
    let rgb = DynamicImage::ImageRgba8(flat).to_rgb8();
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, JPEG_QUALITY).encode_image(&rgb).map_err(|_| PhotoError::Damaged)?;
    Ok(Photo { jpeg, width: rgb.width(), height: rgb.height() })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn sample(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
        let picture = DynamicImage::ImageRgb8(image::RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([(x % 256) as u8, (y % 256) as u8, 90])
        }));
        let mut out = Cursor::new(Vec::new());
        picture.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    /// A JPEG with an EXIF block (orientation 6 = turn right) and a place and phone in it.
    fn with_exif(jpeg: &[u8]) -> Vec<u8> {
        let mut tiff = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
        tiff.extend_from_slice(b"SECRET-PLACE 121.47 30.92");
        let length = u16::try_from(tiff.len() + 8).unwrap().to_be_bytes();
        [&jpeg[..2], &[0xff, 0xe1], &length, b"Exif\0\0", &tiff, &jpeg[2..]].concat()
    }

    #[test]
    fn metadata_goes_and_the_picture_stands_upright() {
        let upload = with_exif(&sample(ImageFormat::Jpeg, 80, 40));
        let photo = clean(&upload).unwrap();
        assert_eq!((photo.width, photo.height), (40, 80), "turned as the EXIF block said");
        assert!(!photo.jpeg.windows(6).any(|w| w == b"SECRET" || w == b"Exif\0\0"));
    }

    #[test]
    fn large_photos_shrink_and_other_formats_become_jpeg() {
        let photo = clean(&sample(ImageFormat::Png, 3_000, 1_500)).unwrap();
        assert_eq!((photo.width, photo.height), (KEPT_SIDE, KEPT_SIDE / 2));
        assert_eq!(image::guess_format(&photo.jpeg).unwrap(), ImageFormat::Jpeg);
    }

    #[test]
    fn what_is_no_photo_is_refused_whatever_it_calls_itself() {
        assert_eq!(clean(b"<svg onload=alert(1)>"), Err(PhotoError::NotAPhoto));
        assert_eq!(clean(b"GIF89a\x01\0\x01\0"), Err(PhotoError::NotAPhoto));
        assert_eq!(clean(&[]), Err(PhotoError::NotAPhoto));
        assert_eq!(clean(&vec![0xff; MAX_BYTES + 1]), Err(PhotoError::TooLarge));
        let whole = sample(ImageFormat::Png, 64, 64);
        assert_eq!(clean(&whole[..whole.len() / 2]), Err(PhotoError::Damaged));
    }

    #[test]
    fn a_picture_bomb_is_refused_before_it_is_unpacked() {
        // A PNG header that claims 60,000 × 60,000 pixels in a few bytes.
        let mut bomb = sample(ImageFormat::Png, 4, 4);
        bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
        let refused = clean(&bomb);
        assert!(matches!(refused, Err(PhotoError::TooManyPixels | PhotoError::Damaged)), "{refused:?}");
    }
}
