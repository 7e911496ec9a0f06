namespace HospitalStreaming.Dashboard.Live;

/// <summary>What the warehouse last published.</summary>
/// <param name="Version">Version of the marts signal.</param>
/// <param name="AsOf">When it was published; null where the warehouse did not say.</param>
/// <param name="Models">When each model was last built, as an opaque text: a tile is asked again only when one of its models has another.</param>
/// <param name="BeatAt">The newest canary beat in the marts; null before the first.</param>
internal sealed record MartsState(long Version, DateTimeOffset? AsOf, IReadOnlyDictionary<string, string> Models, DateTimeOffset? BeatAt)
{
    /// <summary>One text that changes whenever one of the models was built anew.</summary>
    public string TokenOf(IReadOnlyList<string> models) =>
        string.Join('|', models.Select(model => Models.TryGetValue(model, out var token) ? token : $"v{Version}"));
}
