namespace HospitalStreaming.Dashboard.Tiles;

/// <summary>A tile's query for one choice of filters.</summary>
internal sealed record TileQuery(IReadOnlyList<string> Models, string Sql, IReadOnlyDictionary<string, object?> Parameters)
{
    /// <summary>The same text for the same query: filters that the SQL does not use do not split the cache.</summary>
    public string Key => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"{string.Join(';', Parameters.OrderBy(parameter => parameter.Key, StringComparer.Ordinal).Select(parameter => $"{parameter.Key}={parameter.Value}"))}");
}
