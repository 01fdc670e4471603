//! Eigenvalues and eigenvectors of a small symmetric matrix.

/// Eigenpairs of a symmetric matrix, the largest absolute eigenvalue first.
#[derive(Clone, Debug)]
pub(super) struct Eigen {
    pub(super) values: Vec<f64>,
    /// One unit vector per value, in the same order.
    pub(super) vectors: Vec<Vec<f64>>,
}

/// Decomposes a symmetric matrix given row by row.
///
/// # Cost
/// About 40·n³ multiplications; meant for n up to a few hundred.
///
/// # References
/// G. H. Golub, C. F. Van Loan, "Matrix Computations", 4th edition (2013), §8.5: the cyclic Jacobi
/// method. It is slower than tridiagonalisation and finds small eigenvalues as precisely as large
/// ones.
pub(super) fn symmetric(mut a: Vec<Vec<f64>>) -> Eigen {
    let n = a.len();
    let mut v: Vec<Vec<f64>> = (0..n)
        .map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect())
        .collect();
    let scale: f64 = a.iter().flatten().map(|x| x * x).sum();
    for _sweep in 0..30 {
        let off: f64 = (0..n).flat_map(|p| a[p][..p].iter().map(|x| x * x)).sum();
        if off <= 1e-28 * scale {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, &mut v, p, q);
            }
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| a[j][j].abs().total_cmp(&a[i][i].abs()));
    Eigen {
        values: order.iter().map(|&i| a[i][i]).collect(),
        vectors: order.iter().map(|&i| v[i].clone()).collect(),
    }
}

/// Turns the plane of axes p < q so that the entry between them vanishes.
fn rotate(a: &mut [Vec<f64>], v: &mut [Vec<f64>], p: usize, q: usize) {
    let entry = a[p][q];
    if entry.abs() <= 1e-300 {
        return;
    }
    let theta = (a[q][q] - a[p][p]) / (2.0 * entry);
    let t = theta.signum() / (theta.abs() + libm::sqrt(theta * theta + 1.0));
    let c = 1.0 / libm::sqrt(t * t + 1.0);
    let s = t * c;
    turn_rows(a, p, q, c, s);
    for row in a.iter_mut() {
        let (x, y) = (row[p], row[q]);
        row[p] = c * x - s * y;
        row[q] = s * x + c * y;
    }
    turn_rows(v, p, q, c, s);
}

fn turn_rows(m: &mut [Vec<f64>], p: usize, q: usize, c: f64, s: f64) {
    let (upper, lower) = m.split_at_mut(q);
    for (x, y) in upper[p].iter_mut().zip(lower[0].iter_mut()) {
        (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pairs_rebuild_the_matrix() {
        let n = 12;
        let entry = |i: usize, j: usize| 1.0 / (1.0 + (i + j) as f64) - 0.3 * f64::from(i == j);
        let a: Vec<Vec<f64>> = (0..n)
            .map(|i| (0..n).map(|j| entry(i, j)).collect())
            .collect();
        let eigen = symmetric(a.clone());
        for i in 0..n {
            for j in 0..n {
                let sum: f64 = (0..n)
                    .map(|k| eigen.values[k] * eigen.vectors[k][i] * eigen.vectors[k][j])
                    .sum();
                assert!((sum - a[i][j]).abs() < 1e-13, "({i}, {j}): {sum}");
            }
        }
        assert!(eigen.values.windows(2).all(|w| w[0].abs() >= w[1].abs()));
    }
}
