namespace HospitalStreaming.Dashboard.Tiles;

/// <summary>A tile's data as bytes, shared by everyone who asks.</summary>
/// <param name="Json">{"tile","columns","rows","token"}.</param>
/// <param name="ETag">Strong tag of the content.</param>
/// <param name="Token">Build times of the models it was read from.</param>
internal sealed record TileAnswer(byte[] Json, string ETag, string Token);
