//! `GET /programme`: every cell of the programme's table, in both languages.

use crate::answers::programme::Programme;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use axum::Json;

pub(crate) async fn show(parameters: Parameters) -> Result<Json<Programme>, Problem> {
    parameters.done()?;
    Ok(Json(Programme::all()))
}
