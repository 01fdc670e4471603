//! The dots as a table, for those who want to count or place them.

use std::io::{self, Write};

use crate::look::Plan;

impl Plan {
    /// Writes one line per dot as comma-separated values, after a line of column names: id, x and y
    /// in mm and in pixels, healed radius in mm, strength, shade, session and rank.
    ///
    /// # Errors
    /// Those of the writer.
    ///
    /// # Examples
    /// ```
    /// use stubblefield::{Look, Mask, Photo, Scale, Seed, Size};
    ///
    /// let size = Size::new(60, 60)?;
    /// let photo = Photo::from_rgb8(size, [214, 172, 148].repeat(size.pixels()))?;
    /// let plan = Look::stubble().plan(&photo, &Mask::full(size), Scale::px_per_mm(4.0)?, Seed::new(1))?;
    /// let mut table = Vec::new();
    /// plan.write_csv(&mut table)?;
    /// let lines = table.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).count();
    /// assert_eq!(lines, 1 + plan.dots().len());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write_csv(&self, mut to: impl Write) -> io::Result<()> {
        writeln!(
            to,
            "id,x_mm,y_mm,x_px,y_px,radius_mm,strength,shade,session,rank"
        )?;
        for dot in self.dots() {
            let (mm, px) = (dot.position_mm, dot.position_mm * self.scale().get());
            let healed = &dot.healed;
            writeln!(
                to,
                "{},{:.4},{:.4},{:.3},{:.3},{:.4},{:.4},{},{},{}",
                dot.id,
                mm.x,
                mm.y,
                px.x,
                px.y,
                healed.radius_mm,
                healed.strength,
                healed.shade,
                dot.session,
                dot.rank
            )?;
        }
        Ok(())
    }
}
