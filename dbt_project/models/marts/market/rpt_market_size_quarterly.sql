{{ market_size('quarter') }}
