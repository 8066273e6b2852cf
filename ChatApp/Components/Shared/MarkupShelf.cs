using System.Runtime.CompilerServices;

namespace ChatApp.Components.Shared;

/// <summary>
/// Markup of things that many pages show alike: made once for each way of showing a thing, and kept for as long as the thing is there.
/// </summary>
/// <typeparam name="TThing">What is shown; the same object on all pages.</typeparam>
/// <typeparam name="TFace">On what its markup depends besides.</typeparam>
internal sealed class MarkupShelf<TThing, TFace>
    where TThing : class
    where TFace : struct, IEquatable<TFace>
{
    private readonly ConditionalWeakTable<TThing, Faces> _things = [];

    /// <summary>The markup of a thing.</summary>
    /// <param name="thing">The thing.</param>
    /// <param name="face">How it is shown.</param>
    /// <param name="state">For <paramref name="make"/>.</param>
    /// <param name="make">Makes the markup where it is not known.</param>
    public string Get<TState>(TThing thing, TFace face, TState state, Func<TState, string> make) => _things.GetOrCreateValue(thing).Get(face, state, make);

    // The few ways in which one thing is shown at a time.
    private sealed class Faces
    {
        private const int Most = 8;
        private readonly Lock _gate = new();
        private readonly List<(TFace Face, string Html)> _known = [];

        public string Get<TState>(TFace face, TState state, Func<TState, string> make)
        {
            lock (_gate)
            {
                foreach (var known in _known)
                {
                    if (known.Face.Equals(face)) return known.Html;
                }

                if (_known.Count == Most) _known.RemoveAt(0);
                var html = make(state);
                _known.Add((face, html));
                return html;
            }
        }
    }
}
