namespace HospitalStreaming.Modelling.Jinja;

/// <summary>Something a template can call.</summary>
internal delegate object? Callable(CallArguments arguments);
