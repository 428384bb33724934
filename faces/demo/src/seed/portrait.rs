//! A drawn picture of somebody who does not exist: a few shapes, so that the demo shows where a photo stands without a real face.

use care::app::photo::Picture;
use image::codecs::jpeg::JpegEncoder;
use image::{ImageError, Rgb, RgbImage};

const WIDTH: u32 = 360;
const HEIGHT: u32 = 440;

/// The n-th drawing.
pub(super) fn draw(n: usize) -> Result<Picture, ImageError> {
    let pick = |all: &[[u8; 3]]| all.get(n % all.len().max(1)).copied().unwrap_or([90, 90, 90]);
    let coat = pick(&[[64, 96, 140], [130, 70, 70], [70, 110, 80], [110, 90, 130]]);
    let hair = pick(&[[225, 225, 222], [185, 185, 185], [120, 120, 125]]);
    let glasses = n.is_multiple_of(2);
    let picture = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let (x, y) = (f64::from(x), f64::from(y));
        let oval = |cx: f64, cy: f64, rx: f64, ry: f64| ((x - cx) / rx).powi(2) + ((y - cy) / ry).powi(2);
        let eye = oval(150.0, 190.0, 7.0, 7.0).min(oval(210.0, 190.0, 7.0, 7.0));
        let rim =
            [oval(150.0, 190.0, 26.0, 22.0), oval(210.0, 190.0, 26.0, 22.0)].iter().any(|o| (0.82..1.15).contains(o));
        let smile = (0.86..1.1).contains(&oval(180.0, 236.0, 30.0, 18.0)) && y > 240.0;
        let colour: [u8; 3] = if glasses && rim || eye < 1.0 {
            [40, 40, 44]
        } else if smile {
            [150, 70, 70]
        } else if oval(180.0, 200.0, 76.0, 96.0) < 1.0 && y > 136.0 {
            [232, 198, 170]
        } else if oval(180.0, 178.0, 92.0, 98.0) < 1.0 {
            hair
        } else if oval(180.0, 450.0, 160.0, 150.0) < 1.0 {
            coat
        } else {
            [238, 234, 226]
        };
        Rgb(colour)
    });
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 82).encode_image(&picture)?;
    Ok(Picture { jpeg, width: WIDTH, height: HEIGHT })
}
