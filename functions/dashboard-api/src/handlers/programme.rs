//! `GET /programme`: every cell of the programme's table, in both languages.

use crate::answers::programme::Programme;
use axum::Json;
use web::parameters::Parameters;
use web::problem::Problem;

pub(crate) async fn show(parameters: Parameters) -> Result<Json<Programme>, Problem> {
    parameters.done()?;
    Ok(Json(Programme::all()))
}
